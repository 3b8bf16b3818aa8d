import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import type { ByteCount, Clock, Millis } from '#base/core/index.ts';

/** A sealed segment as the plan of a statement hands it over: where it is, and the keys of exactly the granted columns. */
export interface SealedSegment {
  readonly id: string;
  /** Path of the sealed object as this process sees it. */
  readonly path: string;
  readonly aadPrefix: Uint8Array;
  readonly footerKey: Uint8Array;
  readonly columns: readonly { readonly name: string; readonly key: Uint8Array }[];
  readonly rows: number;
  /** Epoch of the key wraps; what was opened under another is not used again. */
  readonly keyEpoch: number;
}

/**
 * Writes the plain Parquet form of some columns of a sealed segment, in order, and gives the bytes that were read of
 * it. Rejects without a usable file where a byte, a key or the associated data does not fit.
 */
export type OpenSegment = (
  segment: SealedSegment,
  columns: readonly string[],
  write: (part: Uint8Array) => void,
) => Promise<{ readonly bytesRead: number }>;

/** Opened columns of one segment, in a file that has no name. */
export interface OpenedFile {
  /** How DuckDB reaches it. */
  readonly path: string;
  readonly segment: string;
  readonly columns: ReadonlySet<string>;
  readonly bytes: number;
}

interface Entry extends OpenedFile {
  readonly fd: number;
  readonly keyEpoch: number;
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
   * @param signal stops between two segments
   */
  async lease(
    wanted: readonly { readonly segment: SealedSegment; readonly columns: readonly string[] }[],
    signal: AbortSignal,
  ): Promise<SegmentLease> {
    const taken: Entry[] = [];
    let [bytesRead, bytesOpened, bytesReused] = [0, 0, 0];
    try {
      for (const { segment, columns } of wanted) {
        signal.throwIfAborted();
        const known = this.#find(segment, columns);
        const entry = known ?? (await this.#open(segment, columns, (read) => (bytesRead += read)));
        if (known === undefined) bytesOpened += entry.bytes;
        else bytesReused += entry.bytes;
        entry.users += 1;
        taken.push(entry);
      }
    } catch (error) {
      this.#release(taken);
      throw error;
    }
    return { files: taken, cost: { bytesRead, bytesOpened, bytesReused }, release: () => this.#release(taken) };
  }

  /** Forgets opened columns of segments, such as after a shred; null forgets all. What a statement reads goes when it ends. */
  drop(segments: readonly string[] | null): void {
    for (const entry of this.#entries) if (segments === null || segments.includes(entry.segment)) this.#doom(entry);
  }

  /** Closes what was not used for long. Call now and then. */
  sweep(): void {
    const oldest = this.#options.clock.monotonicMs() - this.#options.idle;
    for (const entry of this.#entries) if (entry.users === 0 && entry.lastUse < oldest) this.#doom(entry);
  }

  [Symbol.dispose](): void {
    this.drop(null);
  }

  #find(segment: SealedSegment, columns: readonly string[]): Entry | undefined {
    for (const entry of this.#entries) {
      if (entry.segment !== segment.id || entry.doomed) continue;
      if (entry.keyEpoch !== segment.keyEpoch) this.#doom(entry);
      else if (columns.every((column) => entry.columns.has(column))) return entry;
    }
    return undefined;
  }

  async #open(segment: SealedSegment, columns: readonly string[], count: (bytesRead: number) => void): Promise<Entry> {
    const fd = openUnnamed(this.#options.directory ?? '/dev/shm');
    let bytes = 0;
    try {
      const { bytesRead } = await this.#options.open(segment, columns, (part) => {
        writeAll(fd, part);
        bytes += part.length;
      });
      count(bytesRead);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    const entry: Entry = {
      fd,
      path: `/proc/self/fd/${fd}`,
      segment: segment.id,
      columns: new Set(columns),
      bytes,
      keyEpoch: segment.keyEpoch,
      users: 0,
      lastUse: this.#options.clock.monotonicMs(),
      doomed: false,
    };
    this.#entries.add(entry);
    return entry;
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

function writeAll(fd: number, part: Uint8Array): void {
  for (let at = 0; at < part.length;) at += writeSync(fd, part, at);
}
