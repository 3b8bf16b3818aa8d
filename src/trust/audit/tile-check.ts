import { equalBytes } from '#base/core/index.ts';
import type { LogFinding } from './log-finding.ts';
import type { LogSource } from './log-source.ts';
import { decodeTile, hashTile } from './tile.ts';
import { tileWidthAt } from './tile-layout.ts';
import { formatTilePath, TILE_WIDTH } from './tile-path.ts';

/**
 * Holds the tiles of a log against hashes that were computed from its entries, level by level as tiles fill.
 */
export class TileCheck {
  readonly #source: LogSource;
  readonly #size: number;
  readonly #report: (finding: LogFinding) => void;
  readonly #levels: { hashes: Uint8Array[]; index: number }[] = [];

  /** @param size number of leaves that the tree will have */
  constructor(source: LogSource, size: number, report: (finding: LogFinding) => void) {
    this.#source = source;
    this.#size = size;
    this.#report = report;
  }

  /** Takes the next leaf's hash. */
  async add(leaf: Uint8Array): Promise<void> {
    let hash = leaf;
    for (let level = 0; ; level++) {
      const row = (this.#levels[level] ??= { hashes: [], index: 0 });
      row.hashes.push(hash);
      if (row.hashes.length < TILE_WIDTH) return;
      await this.#check(level, row.index, row.hashes);
      hash = hashTile(row.hashes);
      row.hashes = [];
      row.index += 1;
    }
  }

  /** Checks the partial tiles at the right edge. */
  async end(): Promise<void> {
    for (const [level, { hashes, index }] of this.#levels.entries()) {
      if (hashes.length > 0) await this.#check(level, index, hashes);
    }
  }

  async #check(level: number, index: number, expected: readonly Uint8Array[]): Promise<void> {
    const width = tileWidthAt(this.#size, level, index);
    for (const held of width === TILE_WIDTH ? [TILE_WIDTH] : [width, TILE_WIDTH]) {
      const path = formatTilePath({ row: level, index, width: held });
      const bytes = await this.#source.read(path);
      if (bytes === null) continue;
      const hashes = tryDecode(bytes, held);
      if (hashes === null) return this.#report({ kind: 'tile-mismatch', message: 'a tile has another length', path });
      const at = expected.findIndex((hash, i) => !equalBytes(hash, hashes[i] ?? new Uint8Array()));
      if (at === -1) return undefined;
      if (level > 0)
        return this.#report({ kind: 'tile-mismatch', message: 'a tile is not over the entries below it', path });
      const entry = index * TILE_WIDTH + at;
      return this.#report({
        kind: 'entry-mismatch',
        message: `entry ${entry} is not what was logged there`,
        index: entry,
        path,
      });
    }
    return this.#report({
      kind: 'tile-missing',
      message: 'a tile is missing',
      path: formatTilePath({ row: level, index, width }),
    });
  }
}

function tryDecode(bytes: Uint8Array, width: number): Uint8Array[] | null {
  try {
    return decodeTile(bytes, width);
  } catch {
    return null;
  }
}
