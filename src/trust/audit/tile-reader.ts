import { foldRange, planRange } from '#base/crypto/index.ts';
import type { MerkleNode } from '#base/crypto/index.ts';
import { AuditError } from './errors.ts';
import type { LogSource } from './log-source.ts';
import { decodeBundle, decodeTile, hashTile } from './tile.ts';
import { formatTilePath, TILE_WIDTH } from './tile-path.ts';
import type { TileRow } from './tile-path.ts';
import { tileWidthAt } from './tile-layout.ts';

/** Tiles that a reader keeps, so that a proof asks for each only once. */
const CACHED_TILES = 64;

/** Levels of a tree that one level of tiles spans. */
const TILE_HEIGHT = 8;

/**
 * Reads hashes and entries of a log as its tree of a given size has them. Verifies nothing:
 * whoever asks checks what comes against a checkpoint.
 */
export class TileReader {
  readonly #source: LogSource;
  readonly #size: number;
  readonly #tiles = new Map<string, Promise<readonly Uint8Array[]>>();

  /** @param size number of leaves of the tree that is looked at */
  constructor(source: LogSource, size: number) {
    this.#source = source;
    this.#size = size;
  }

  /**
   * The hashes of a tile, as many as it has in this tree.
   *
   * @throws {AuditError} AUDIT_TILE_INVALID if it is missing or malformed
   */
  tile(level: number, index: number): Promise<readonly Uint8Array[]> {
    const key = `${level}/${index}`;
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      tile = this.#readTile(level, index);
      // A tile that could not be read may be readable the next time.
      tile.catch(() => this.#tiles.delete(key));
      this.#tiles.set(key, tile);
      if (this.#tiles.size > CACHED_TILES) this.#tiles.delete(this.#tiles.keys().next().value ?? key);
    }
    return tile;
  }

  /**
   * The entries of a bundle, as many as it has in this tree.
   *
   * @throws {AuditError} AUDIT_TILE_INVALID if it is missing or malformed
   */
  async bundle(index: number): Promise<readonly Uint8Array[]> {
    const { bytes, width, wanted } = await this.#readRow('entries', index);
    return decodeBundle(bytes, width).slice(0, wanted);
  }

  /** The hash of a complete subtree. */
  async node({ level, index }: MerkleNode): Promise<Uint8Array> {
    const row = Math.floor(level / TILE_HEIGHT);
    const width = 2 ** (level % TILE_HEIGHT);
    const at = index * width;
    const hashes = await this.tile(row, Math.floor(at / TILE_WIDTH));
    const within = hashes.slice(at % TILE_WIDTH, (at % TILE_WIDTH) + width);
    if (within.length !== width) throw missing(formatTilePath({ row, index: Math.floor(at / TILE_WIDTH), width: 256 }));
    return hashTile(within);
  }

  /** The root of the tree, or of an older and smaller one. */
  async root(size = this.#size): Promise<Uint8Array> {
    const hashes: Uint8Array[] = [];
    for (const node of planRange(size)) hashes.push(await this.node(node));
    return foldRange(hashes);
  }

  async #readTile(level: number, index: number): Promise<readonly Uint8Array[]> {
    const { bytes, width, wanted } = await this.#readRow(level, index);
    return decodeTile(bytes, width).slice(0, wanted);
  }

  /** A partial resource may have gone since the tree grew: then its full form begins with the same content. */
  async #readRow(row: TileRow, index: number): Promise<{ bytes: Uint8Array; width: number; wanted: number }> {
    const wanted = tileWidthAt(this.#size, row, index);
    if (wanted === 0) throw new RangeError(`A tree of ${this.#size} leaves has no tile ${row}/${index}`);
    const path = formatTilePath({ row, index, width: wanted });
    const bytes = await this.#source.read(path);
    if (bytes !== null) return { bytes, width: wanted, wanted };
    const full =
      wanted === TILE_WIDTH ? null : await this.#source.read(formatTilePath({ row, index, width: TILE_WIDTH }));
    if (full === null) throw missing(path);
    return { bytes: full, width: TILE_WIDTH, wanted };
  }
}

function missing(path: string): AuditError {
  return new AuditError('AUDIT_TILE_INVALID', `Cannot read ${path} of the log: it is missing`);
}
