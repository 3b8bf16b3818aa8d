import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import type { ByteCount, Clock, Millis } from '#base/core/index.ts';
import type { PlainValues } from '#flow/store/index.ts';
import { storedFor } from './grid-column.ts';
import type { GridColumns } from './grid-column.ts';
import type { TokenSights } from './token-sight.ts';
import { WriteBehind } from './write-behind.ts';

/** A sealed segment as the plan of a statement hands it over: where it is, and which of its columns are granted. */
export interface SealedSegment {
  readonly id: string;
  /** Path of the sealed object as this process sees it. */
  readonly path: string;
  readonly aadPrefix: Uint8Array;
  /** Names of exactly the columns that the statement may open. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** Version of the segment, of the keys at hand and of how tokens are shown, such as `1/0/0`; what was opened under another is not used again. */
  readonly keyEpoch: string;
  /** How its tokens are shown. */
  readonly sights?: TokenSights;
}

/** Columns of one segment that a statement needs. */
export interface WantedColumns {
  readonly segment: SealedSegment;
  readonly columns: readonly string[];
  /** Columns whose values become others as they are opened. */
  readonly values?: ReadonlyMap<string, PlainValues>;
  /** Columns to make besides; it takes the keys of what they are made of. */
  readonly grids?: GridColumns;
}

/** Data keys of one segment, 32 bytes each. */
export interface SegmentKeys {
  readonly footer: Uint8Array;
  /** By name. */
  readonly columns: ReadonlyMap<string, Uint8Array>;
}

/**
 * Gives the keys of columns that are not opened yet, in the order of what is wanted. Asked at most once for a
 * statement, and not at all where everything is opened: no key leaves its keeper without need.
 */
export type AskKeys = (wanted: readonly WantedColumns[]) => Promise<readonly SegmentKeys[]>;

/**
 * Writes the plain Parquet form of some columns of a sealed segment, in order, and gives the bytes that were read of
 * it. Rejects without a usable file where a byte, a key or the associated data does not fit. A part that was written is
 * not changed afterwards.
 */
export type OpenSegment = (
  wanted: WantedColumns,
  keys: SegmentKeys,
  write: (part: Uint8Array) => void,
) => Promise<{ readonly bytesRead: number }>;

/** Opened columns of one segment, in a file that has no name. */
export interface OpenedFile {
  /** How DuckDB reaches it. */
  readonly path: string;
  readonly segment: string;
  /** Names of those that are as they are stored, and what those that are made are made of. */
  readonly columns: ReadonlySet<string>;
  readonly bytes: number;
}

interface Entry extends OpenedFile {
  readonly fd: number;
  readonly keyEpoch: string;
  users: number;
  lastUse: number;
  /** Set once it must not be found any more; it closes when its last user leaves. */
  doomed: boolean;
}

export interface SegmentFilesOptions {
  readonly open: OpenSegment;
  readonly clock: Clock;
  /** Bytes of opened columns to keep between statements. */
  readonly budget: ByteCount;
  /** How long opened columns are kept without use. */
  readonly idle: Millis;
  /** A directory in memory; files in it never have a name. */
  readonly directory?: string;
}

/** What one statement's opening cost. */
export interface OpeningCost {
  /** Sealed bytes read and plain bytes written for this statement. */
  readonly bytesRead: number;
  readonly bytesOpened: number;
  /** Plain bytes that were there from before. */
  readonly bytesReused: number;
}

/** Segments opened at once: one is decrypted while others are read and written by other threads. */
const AT_ONCE = 3;

/**
 * Opened columns of sealed segments in memory files, kept for a while for the next statement of the same subject.
 *
 * An entry holds some columns of one segment under one key epoch, and serves every statement that needs no more.
 */
export class SegmentFiles implements Disposable {
  readonly #options: SegmentFilesOptions;
  readonly #entries = new Set<Entry>();

  constructor(options: SegmentFilesOptions) {
    this.#options = options;
  }

  /** Bytes of opened columns held now. */
  get heldBytes(): number {
    let sum = 0;
    for (const entry of this.#entries) sum += entry.bytes;
    return sum;
  }

  /**
   * Opens the named columns of each segment, or finds them opened. The caller releases the lease.
   *
   * @param askKeys of what is not opened yet
   * @param signal stops between two segments
   */
  async lease(wanted: readonly WantedColumns[], askKeys: AskKeys, signal: AbortSignal): Promise<SegmentLease> {
    const taken: Entry[] = [];
    const take = (entry: Entry): Entry => {
      entry.users += 1;
      taken.push(entry);
      return entry;
    };
    const cost = { bytesRead: 0, bytesOpened: 0, bytesReused: 0 };
    try {
      signal.throwIfAborted();
      const known = wanted.map((each) => this.#find(each));
      for (const entry of known) if (entry !== undefined) cost.bytesReused += take(entry).bytes;
      const missing = wanted.filter((_, i) => known[i] === undefined);
      const opened = await this.#openAll(missing, askKeys, signal, (entry, bytesRead) => {
        cost.bytesRead += bytesRead;
        cost.bytesOpened += take(entry).bytes;
      });
      const files = known.map((entry) => entry ?? (opened.shift() as Entry));
      return { files, cost, release: () => this.#release(taken) };
    } catch (error) {
      this.#release(taken);
      throw error;
    }
  }

  /** Forgets opened columns of segments, such as after a shred; null forgets all. What a statement reads goes when it ends. */
  drop(segments: readonly string[] | null): void {
    for (const entry of this.#entries) if (segments === null || segments.includes(entry.segment)) this.#doom(entry);
  }

  /** How many of these segments have opened columns here. */
  held(segments: readonly string[]): number {
    const held = new Set([...this.#entries].map(({ segment }) => segment));
    return segments.filter((id) => held.has(id)).length;
  }

  /** Closes what was not used for long. Call now and then. */
  sweep(): void {
    const oldest = this.#options.clock.monotonicMs() - this.#options.idle;
    for (const entry of this.#entries) if (entry.users === 0 && entry.lastUse < oldest) this.#doom(entry);
  }

  [Symbol.dispose](): void {
    this.drop(null);
  }

  async #openAll(
    missing: readonly WantedColumns[],
    askKeys: AskKeys,
    signal: AbortSignal,
    onOpened: (entry: Entry, bytesRead: number) => void,
  ): Promise<Entry[]> {
    if (missing.length === 0) return [];
    const keys = await unlessAborted(askKeys(missing), signal);
    const opened: Entry[] = [];
    let next = 0;
    let failed = false;
    const openNext = async (): Promise<void> => {
      while (next < missing.length && !failed) {
        signal.throwIfAborted();
        const at = next++;
        const [wanted, held] = [missing[at], keys[at]];
        if (wanted === undefined || held === undefined) throw new TypeError('fewer keys were given than asked for');
        const { entry, bytesRead } = await this.#open(wanted, held);
        onOpened(entry, bytesRead);
        opened[at] = entry;
      }
    };
    // Each is waited for, or one that is still being opened would be left behind by the failure of another.
    const ends = await Promise.allSettled(
      Array.from({ length: AT_ONCE }, () =>
        openNext().catch((error: unknown) => {
          failed = true;
          throw error;
        }),
      ),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return opened;
  }

  #find(wanted: WantedColumns): Entry | undefined {
    const { segment } = wanted;
    const columns = heldNames(wanted);
    for (const entry of this.#entries) {
      if (entry.segment !== segment.id || entry.doomed) continue;
      if (entry.keyEpoch !== segment.keyEpoch) this.#doom(entry);
      else if (columns.every((column) => entry.columns.has(column))) return entry;
    }
    return undefined;
  }

  async #open(wanted: WantedColumns, keys: SegmentKeys): Promise<{ entry: Entry; bytesRead: number }> {
    const { segment } = wanted;
    const fd = openUnnamed(this.#options.directory ?? '/dev/shm');
    const file = new WriteBehind(fd);
    let bytesRead: number;
    try {
      ({ bytesRead } = await this.#options.open(wanted, keys, (part) => file.write(part)));
      await file.finish();
    } catch (error) {
      await file.finish().catch(() => undefined);
      closeSync(fd);
      throw error;
    }
    const entry: Entry = {
      fd,
      path: `/proc/self/fd/${fd}`,
      segment: segment.id,
      columns: new Set(heldNames(wanted)),
      bytes: file.length,
      keyEpoch: segment.keyEpoch,
      users: 0,
      lastUse: this.#options.clock.monotonicMs(),
      doomed: false,
    };
    this.#entries.add(entry);
    return { entry, bytesRead };
  }

  #release(entries: readonly Entry[]): void {
    const now = this.#options.clock.monotonicMs();
    for (const entry of entries) {
      entry.users -= 1;
      entry.lastUse = now;
      if (entry.doomed && entry.users === 0) this.#close(entry);
    }
    this.#shrink();
  }

  /** Closes the least recently used until what is kept fits the budget. */
  #shrink(): void {
    let held = this.heldBytes;
    const idle = [...this.#entries].filter((entry) => entry.users === 0).sort((a, b) => a.lastUse - b.lastUse);
    for (const entry of idle) {
      if (held <= this.#options.budget) return;
      held -= entry.bytes;
      this.#doom(entry);
    }
  }

  #doom(entry: Entry): void {
    entry.doomed = true;
    if (entry.users === 0) this.#close(entry);
  }

  #close(entry: Entry): void {
    if (this.#entries.delete(entry)) closeSync(entry.fd);
  }
}

/** The columns of it that a wish takes the keys of. */
export function storedWanted({ columns, grids = new Map() }: WantedColumns): readonly string[] {
  return storedFor([...columns, ...grids.keys()], grids);
}

/** What an opened file is known by: made columns of one name are another column where they are made in another way. */
function heldNames({ columns, grids }: WantedColumns): readonly string[] {
  const made = [...(grids ?? [])].map(([name, { of, low, high, most }]) => JSON.stringify([name, of, low, high, most]));
  return [...columns, ...made];
}

/** Opened columns held for one statement. */
export interface SegmentLease {
  /** One file per wanted segment, in order; a file may hold more columns than were wanted. */
  readonly files: readonly OpenedFile[];
  readonly cost: OpeningCost;
  release(): void;
}

/** O_TMPFILE and O_DIRECTORY of Linux, which Node does not name. */
const O_TMPFILE = 0o20_200_000;

/**
 * A file in memory that has no name. Where the file system knows no unnamed files, one that is unlinked at once.
 *
 * @see open(2), O_TMPFILE
 */
export function openUnnamed(directory: string): number {
  try {
    return openSync(directory, O_TMPFILE | constants.O_RDWR, 0o600);
  } catch (error) {
    const name = `${directory}/.weir-${process.pid}-${process.hrtime.bigint()}`;
    const fd = openSync(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      unlinkSync(name);
    } catch {
      closeSync(fd);
      throw error;
    }
    return fd;
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([work, aborted]);
}
