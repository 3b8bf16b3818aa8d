import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeUtf8, makeId } from '#base/core/index.ts';
import type { Batch, Clock, ColumnShape, Log, Random } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { shapesOfBatches } from './join-snapshot.ts';
import { encodeParquetSteps } from './parquet/encode-parquet.ts';
import { formatKeyMetadata } from './parquet/key-metadata.ts';
import { sealParquet } from './parquet/seal-parquet.ts';
import type { HeldEntry } from './tail.ts';

/** Readings of the tail as a statement may have them: a sealed file, and the keys of the columns that it asked for. */
export interface TailBlock {
  readonly id: string;
  readonly path: string;
  readonly aadPrefix: Uint8Array;
  readonly rows: number;
  /** Names of the columns that keys are given of, one at least. */
  readonly columns: readonly string[];
  readonly keys: { readonly footer: Uint8Array; readonly columns: ReadonlyMap<string, Uint8Array> };
}

/** Rows that are worth a file of their own. */
const LEAST_ROWS = 16_384;
/** Rows in no block that a statement waits for a block of; fewer are handed over as they are. */
const WAITED_ROWS = 32_768;
/** Rows of a block at most, save where one batch alone has more. */
const MOST_ROWS = 65_536;
const KEY_BYTES = 32;
/**
 * A column of nothing that each block has, of a name that no field can have: who asks for columns that its readings lack counts
 * its rows by this one, for any other may be somebody else's to see.
 */
const COUNTED: ColumnShape = { name: '_rows', type: 'boolean', nullable: true };
/** How long columns that nobody asks for any more are put into new blocks. */
const ASKED_MS = 15_000;
/** How long a statement that was given a block may take to open it: as long as statements may run by default. */
const GRANTED_MS = 60_000;

export interface TailBlocksParts {
  /** Where blocks lie: nothing else does, and nothing of it outlives the process that reads the journal. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

interface Block {
  readonly id: string;
  readonly path: string;
  readonly entries: readonly HeldEntry[];
  readonly rows: number;
  /** Columns that were wanted as it was made, whether its readings have them or not. */
  readonly wanted: ReadonlySet<string>;
  /** Names of the columns that it has. */
  readonly names: readonly string[];
  readonly footer: Uint8Array;
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** When a statement was last given it, on the monotonic clock. */
  grantedMs: number;
}

/** What a statement is to read of the tail. */
export interface Cover {
  readonly blocks: readonly TailBlock[];
  /** Entries that are in no block, in order. */
  readonly rest: readonly HeldEntry[];
}

/**
 * Keeps the larger part of the tail as sealed files for query processes, which keep what they have opened: each reading
 * is encoded once for all statements, and only what is new goes from process to process.
 *
 * Blocks are made for streams that statements ask for, of the columns that they asked for lately: to encode all of them would
 * take as long as to seal them. One that asks for another column has blocks made anew. A block has fresh keys, which are in
 * this process's memory alone, so a file that is left behind opens for nobody. It is read whole or not at all: where some
 * of its entries are in a segment by then, the others are handed over as they are.
 */
export class TailBlocks {
  readonly #parts: TailBlocksParts;
  readonly #blocks = new Set<Block>();
  /** Files of blocks that no new statement is given, and until when one may still be about to open them. */
  readonly #leaving = new Map<string, number>();
  readonly #blockOf = new WeakMap<HeldEntry, Block>();
  /** When each column of a stream was last asked for, on the monotonic clock. */
  readonly #asked = new Map<string, Map<string, number>>();
  /** Blocks are made one after the other, so that two statements do not make the same. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(parts: TailBlocksParts) {
    this.#parts = parts;
  }

  /** Removes what an earlier process left. */
  static async open(parts: TailBlocksParts): Promise<TailBlocks> {
    await mkdir(parts.directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(parts.directory)) await rm(path.join(parts.directory, name));
    return new TailBlocks(parts);
  }

  /** Blocks that there are. */
  get size(): number {
    return this.#blocks.size;
  }

  /**
   * Covers entries of a stream with blocks, and makes blocks of what is in none where that is much.
   *
   * @param columns names of those that a statement asks for
   */
  cover(entries: readonly HeldEntry[], columns: readonly string[]): Promise<Cover> {
    // Before its turn: blocks that another makes meanwhile have what this one asks for as well.
    this.#ask(entries, columns);
    const turn = this.#turn.then(async () => {
      await this.#make(this.#split(entries, columns).rest, WAITED_ROWS);
      const { whole, rest } = this.#split(entries, columns);
      const nowMs = this.#parts.clock.monotonicMs();
      for (const block of whole) block.grantedMs = nowMs;
      return { blocks: whole.map((block) => grant(block, columns)), rest };
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Makes blocks of what is in none, where that is worth one, so that the next statement finds them. */
  keepUp(entries: readonly HeldEntry[]): Promise<void> {
    const turn = this.#turn.then(() => this.#make(this.#split(entries, []).rest, LEAST_ROWS));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Removes blocks whose readings have left the tail, once nobody can be about to open them. */
  async forget(): Promise<void> {
    for (const block of this.#blocks) {
      // The newest leaves last.
      if (block.entries.at(-1)?.left !== true) continue;
      this.#blocks.delete(block);
      this.#leaving.set(block.path, block.grantedMs + GRANTED_MS);
    }
    const nowMs = this.#parts.clock.monotonicMs();
    for (const [file, untilMs] of this.#leaving) {
      if (untilMs > nowMs) continue;
      await rm(file, { force: true });
      this.#leaving.delete(file);
    }
  }

  #ask(entries: readonly HeldEntry[], columns: readonly string[]): void {
    const [first] = entries;
    if (first === undefined) return;
    const asked = this.#asked.get(first.batch.stream) ?? new Map<string, number>();
    this.#asked.set(first.batch.stream, asked);
    const nowMs = this.#parts.clock.monotonicMs();
    for (const [name, atMs] of asked) if (atMs < nowMs - ASKED_MS) asked.delete(name);
    for (const name of columns) asked.set(name, nowMs);
  }

  /** The blocks with these columns all of whose entries are among these, and the entries of no such block. */
  #split(
    entries: readonly HeldEntry[],
    columns: readonly string[],
  ): { readonly whole: readonly Block[]; readonly rest: readonly HeldEntry[] } {
    const found = new Map<Block, number>();
    for (const entry of entries) {
      const block = this.#blockOf.get(entry);
      if (block !== undefined) found.set(block, (found.get(block) ?? 0) + 1);
    }
    const whole = new Set(
      [...found]
        .filter(([block, count]) => count === block.entries.length && columns.every((name) => block.wanted.has(name)))
        .map(([block]) => block),
    );
    const rest = entries.filter((entry) => {
      const block = this.#blockOf.get(entry);
      return block === undefined || !whole.has(block);
    });
    return { whole: [...whole], rest };
  }

  async #make(entries: readonly HeldEntry[], least: number): Promise<void> {
    const all = entries.reduce((sum, { batch }) => sum + batch.rows, 0);
    if (all < least) return;
    // Of about the same size, so that none is left that is hardly worth it.
    const size = all / Math.ceil(all / MOST_ROWS);
    let part: HeldEntry[] = [];
    let [rows, upTo] = [0, size];
    for (const entry of entries) {
      part.push(entry);
      rows += entry.batch.rows;
      if (rows < upTo - 0.5) continue;
      upTo += size;
      if (!(await this.#seal(part))) return;
      part = [];
    }
  }

  /** @returns false where no block can be made of them: they are handed over as they are */
  async #seal(entries: readonly HeldEntry[]): Promise<boolean> {
    const { directory, clock, random, log } = this.#parts;
    const batches = entries.map(({ batch }) => batch);
    const wanted = new Set(this.#asked.get(batches[0]?.stream ?? '')?.keys());
    const held = shapesOfBatches(batches);
    if (held === null) return false;
    const shapes = [...held.filter(({ name }) => wanted.has(name)), COUNTED];
    const id = `tail-${makeId(clock, random)}`;
    const keys = new Map(shapes.map(({ name }) => [name, random.bytes(KEY_BYTES)]));
    const footer = random.bytes(KEY_BYTES);
    const file = path.join(directory, id);
    try {
      const plain = await encode(shapes, batches);
      const sealed = sealParquet(plain, {
        aadPrefix: aadPrefix(id),
        footer: sealKey(id, footer, ''),
        columns: new Map([...keys].map(([name, key]) => [name, sealKey(id, key, name)])),
        random,
      });
      await writeFile(file, sealed, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // The disk may be full: statements are answered all the same.
      log.warn({ err: error }, 'could not write a block of the tail');
      await rm(file, { force: true }).catch(() => undefined);
      return false;
    }
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    const block: Block = {
      id,
      path: file,
      entries,
      rows,
      wanted,
      names: [...keys.keys()],
      footer,
      keys,
      grantedMs: -GRANTED_MS,
    };
    this.#blocks.add(block);
    for (const entry of entries) this.#blockOf.set(entry, block);
    return true;
  }
}

/** Fast rather than small, with room for others between columns. */
async function encode(shapes: readonly ColumnShape[], batches: readonly Batch[]): Promise<Uint8Array> {
  const steps = encodeParquetSteps(shapes, batches, { level: null });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await new Promise(setImmediate);
  }
}

function sealKey(id: string, key: Uint8Array, handle: string) {
  return {
    key: AeadKey.fromBytes(key),
    metadata: formatKeyMetadata({ footer: handle === '', masterKeyId: id, handle }),
  };
}

/** With the keys of what was asked for, or of the column that counts its rows where it has none of that. */
function grant({ id, path: file, rows, names, footer, keys }: Block, columns: readonly string[]): TailBlock {
  const wanted = names.filter((name) => columns.includes(name));
  const granted = wanted.length > 0 ? wanted : [COUNTED.name];
  return {
    id,
    path: file,
    aadPrefix: aadPrefix(id),
    rows,
    columns: granted,
    keys: { footer, columns: new Map(granted.map((name) => [name, keys.get(name)!])) },
  };
}

/** Binds a file to the block that it is. */
function aadPrefix(id: string): Uint8Array {
  return encodeUtf8(`weir/tail/1/${id}`);
}
