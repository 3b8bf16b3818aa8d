import { rm } from 'node:fs/promises';
import path from 'node:path';
import { equalBytes } from '#base/core/index.ts';
import { CompactRange, hashLeaf, planRange } from '#base/crypto/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { DurableFiles } from './durable-file.ts';
import { AuditError } from './errors.ts';
import { directorySource } from './log-source.ts';
import { encodeBundle, encodeTile, hashTile } from './tile.ts';
import { hashesAtLevel, tileLevels, tilesFilled } from './tile-layout.ts';
import { formatTilePath, TILE_WIDTH } from './tile-path.ts';
import type { TileRow } from './tile-path.ts';
import { TileReader } from './tile-reader.ts';

/** Files that are written side by side: their syncs share the disk's work, and appending still gets its turn. */
const WRITES_AT_ONCE = 8;

/** The right edge of a tree: what the next leaf needs. */
interface Edge {
  /** Hashes of the last, not yet full tile of each level. */
  readonly levels: Uint8Array[][];
  /** Entries of the last, not yet full bundle. */
  bundle: Uint8Array[];
  range: CompactRange;
}

/**
 * Puts entries into the tree and writes its tiles and bundles, all before the checkpoint that speaks of them.
 * Writing the same entries again gives the same files, so a run that was cut short is simply done again.
 */
export class TileWriter {
  readonly #directory: string;
  readonly #files: DurableFiles;
  /** Writes under way; each resolves to what went wrong, so that none is ever left unheard. */
  #writes: Promise<unknown>[] = [];
  #edge: Edge;

  private constructor(directory: string, files: DurableFiles, edge: Edge) {
    this.#directory = directory;
    this.#files = files;
    this.#edge = edge;
  }

  /**
   * Goes on with the tree of a checkpoint.
   *
   * @param files what writes below the log's folder
   * @throws {AuditError} AUDIT_LOG_CORRUPT if the tiles at its right edge do not lead to the checkpoint's root
   */
  static async open(
    directory: string,
    files: DurableFiles,
    { size, root }: Pick<Checkpoint, 'size' | 'root'>,
  ): Promise<TileWriter> {
    try {
      const edge = await readEdge(directory, size);
      if (equalBytes(edge.range.root(), root)) return new TileWriter(directory, files, edge);
    } catch (cause) {
      if (!(cause instanceof AuditError)) throw cause;
      throw corrupt(size, cause);
    }
    throw corrupt(size);
  }

  /** Number of leaves. */
  get size(): number {
    return this.#edge.range.size;
  }

  /**
   * Adds entries and brings what changed to disk.
   *
   * @returns size and root of the tree that has them; unchanged if this throws
   */
  async add(entries: readonly Uint8Array[]): Promise<{ size: number; root: Uint8Array }> {
    const edge = copyEdge(this.#edge);
    for (const entry of entries) {
      this.#addOne(edge, entry);
      if (this.#writes.length >= WRITES_AT_ONCE) await this.#settle();
    }
    this.#writePartials(edge);
    await this.#settle();
    await this.#files.sync();
    this.#edge = edge;
    return { size: edge.range.size, root: edge.range.root() };
  }

  /** Removes the partial forms of what has become full between two sizes. */
  async removePartials(oldSize: number): Promise<void> {
    for (const { row, index } of tilesFilled(oldSize, this.size)) {
      const full = formatTilePath({ row, index, width: TILE_WIDTH });
      await rm(path.join(this.#directory, `${full}.p`), { recursive: true, force: true });
    }
  }

  #addOne(edge: Edge, entry: Uint8Array): void {
    const leaf = hashLeaf(entry);
    const index = edge.range.size;
    edge.range.append(leaf);
    edge.bundle.push(entry);
    (edge.levels[0] ??= []).push(leaf);
    if (edge.bundle.length < TILE_WIDTH) return;
    this.#write('entries', Math.floor(index / TILE_WIDTH), TILE_WIDTH, encodeBundle(edge.bundle));
    edge.bundle = [];
    let tile = Math.floor(index / TILE_WIDTH);
    for (let level = 0; edge.levels[level]?.length === TILE_WIDTH; level++) {
      const hashes = edge.levels[level] ?? [];
      this.#write(level, tile, TILE_WIDTH, encodeTile(hashes));
      edge.levels[level] = [];
      (edge.levels[level + 1] ??= []).push(hashTile(hashes));
      tile = Math.floor(tile / TILE_WIDTH);
    }
  }

  #writePartials(edge: Edge): void {
    const size = edge.range.size;
    if (edge.bundle.length > 0) {
      this.#write('entries', Math.floor(size / TILE_WIDTH), edge.bundle.length, encodeBundle(edge.bundle));
    }
    for (const [level, hashes] of edge.levels.entries()) {
      const unchanged = level > 0 && hashesAtLevel(size, level) === hashesAtLevel(this.size, level);
      if (hashes.length === 0 || unchanged) continue;
      this.#write(level, Math.floor(hashesAtLevel(size, level) / TILE_WIDTH), hashes.length, encodeTile(hashes));
    }
  }

  #write(row: TileRow, index: number, width: number, bytes: Uint8Array): void {
    const write = this.#files.write(formatTilePath({ row, index, width }), bytes);
    this.#writes.push(
      write.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
  }

  /** Waits for all writes under way, and throws what the first that failed said. */
  async #settle(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    const error = (await Promise.all(writes)).find((result) => result !== undefined);
    if (error !== undefined) throw error;
  }
}

async function readEdge(directory: string, size: number): Promise<Edge> {
  const reader = new TileReader(directorySource(directory), size);
  const levels: Uint8Array[][] = [];
  for (let level = 0; level < tileLevels(size); level++) {
    const hashes = hashesAtLevel(size, level);
    const full = Math.floor(hashes / TILE_WIDTH);
    levels.push(hashes % TILE_WIDTH === 0 ? [] : [...(await reader.tile(level, full))]);
  }
  const bundle = size % TILE_WIDTH === 0 ? [] : [...(await reader.bundle(Math.floor(size / TILE_WIDTH)))];
  const leaves = levels[0] ?? [];
  if (!bundle.every((entry, i) => equalBytes(hashLeaf(entry), leaves[i] ?? new Uint8Array()))) {
    throw new AuditError('AUDIT_TILE_INVALID', 'Cannot accept entry bundle: it is not what its tile was made of');
  }
  const hashes: Uint8Array[] = [];
  for (const node of planRange(size)) hashes.push(await reader.node(node));
  return { levels, bundle, range: CompactRange.from(size, hashes) };
}

function copyEdge(edge: Edge): Edge {
  return { levels: edge.levels.map((hashes) => [...hashes]), bundle: [...edge.bundle], range: edge.range.copy() };
}

function corrupt(size: number, cause?: unknown): AuditError {
  return new AuditError(
    'AUDIT_LOG_CORRUPT',
    `Cannot open audit log: its tiles do not lead to the root that its checkpoint of ${size} entries gives`,
    {
      cause,
      hint: 'Find the place with weir audit verify, and restore the log’s directory from a copy',
    },
  );
}
