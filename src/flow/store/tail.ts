import type { Batch, NamedColumn } from '#base/core/index.ts';
import { StoreError } from './errors.ts';
import type { FileOffsets } from './ports.ts';
import type { JournalSpan } from './segment.ts';

/** A batch with its place in the journal. */
export interface TailEntry {
  readonly batch: Batch;
  readonly file: string;
  /** Offset at which reading goes on to meet it again: that behind the record before it. */
  readonly before: number;
  /** Offset behind its record. */
  readonly after: number;
}

/** What waits of a stream. */
export interface TailSummary {
  readonly stream: string;
  readonly rows: number;
  readonly bytes: number;
  /** Monotonic milliseconds at which the oldest of it came. */
  readonly oldestMs: number;
}

/** The oldest batches of a stream, taken to be sealed. */
export interface TailCut {
  readonly stream: string;
  readonly entries: readonly TailEntry[];
  readonly rows: number;
  /** By journal file: what a segment of them takes from it. */
  readonly spans: readonly JournalSpan[];
}

/** Readings of a stream that were in no segment at a version. */
export interface TailSnapshot {
  readonly rows: number;
  /** Batches with only the wanted columns, in the order of their coming; a batch may lack some. Not to be changed. */
  readonly batches: readonly Batch[];
}

/** A batch as the tail holds it. */
export interface HeldEntry extends TailEntry {
  /** True once the tail has let go of it. */
  readonly left: boolean;
}

interface Held extends HeldEntry {
  left: boolean;
  readonly bytes: number;
  readonly arrivedMs: number;
  /** Version from which on a segment has it; null while none has. */
  published: number | null;
  publishedMs: number;
  /** Version that the publication under way will have. */
  expected: number | null;
}

const A_MICROSECOND = 0.001;

/**
 * Readings that are durable in the journal and not yet in a segment.
 *
 * What was published lingers a while, so that a query that took its version just before still finds it here: at each
 * version a reading is either in a segment of it or in the tail, never in both or neither. Batches are shared, not
 * copied.
 */
export class Tail {
  readonly #streams = new Map<string, Held[]>();
  readonly #read = new Map<string, number>();
  #rows = 0;
  #bytes = 0;
  #waitingBytes = 0;
  /** Publications whose readings linger, oldest first. */
  #lingering: { readonly atMs: number; bytes: number }[] = [];
  /** Versions before this cannot be answered any more: some of their readings have left. */
  #forgotten: number;

  /** @param version of the catalogue that the tail starts from */
  constructor(version = 0) {
    this.#forgotten = version;
  }

  /** Rows that no segment has. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes of values that are held, lingering ones included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of values that no segment has. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Takes a batch. @param nowMs monotonic milliseconds */
  add(entry: TailEntry, nowMs: number): void {
    const held = {
      ...entry,
      bytes: batchBytes(entry.batch),
      arrivedMs: nowMs,
      published: null,
      publishedMs: 0,
      expected: null,
      left: false,
    };
    const list = this.#streams.get(entry.batch.stream);
    if (list === undefined) this.#streams.set(entry.batch.stream, [held]);
    else list.push(held);
    this.#rows += entry.batch.rows;
    this.#bytes += held.bytes;
    this.#waitingBytes += held.bytes;
    this.passed(entry.file, entry.after);
  }

  /** Notes that the journal was read up to an offset. */
  passed(file: string, offset: number): void {
    this.#read.set(file, Math.max(offset, this.#read.get(file) ?? 0));
  }

  /** Journal files that were deleted: where reading them ended is of no use any more. */
  forgetFiles(files: readonly string[]): void {
    for (const file of files) this.#read.delete(file);
  }

  /** What waits, by stream. */
  summaries(): readonly TailSummary[] {
    const found: TailSummary[] = [];
    for (const [stream, list] of this.#streams) {
      const waiting = list.filter((held) => held.published === null);
      const [oldest] = waiting;
      if (oldest === undefined) continue;
      const rows = waiting.reduce((sum, held) => sum + held.batch.rows, 0);
      const bytes = waiting.reduce((sum, held) => sum + held.bytes, 0);
      found.push({ stream, rows, bytes, oldestMs: oldest.arrivedMs });
    }
    return found;
  }

  /**
   * The oldest waiting batches of a stream, up to about `rows` of them and one batch at least; null if none waits.
   *
   * @param oneTemplate true to stop where another template admitted the readings
   */
  cut(stream: string, rows: number, oneTemplate = false): TailCut | null {
    const entries: Held[] = [];
    let count = 0;
    for (const held of this.#streams.get(stream) ?? []) {
      if (held.published !== null) continue;
      const [first] = entries;
      if (first !== undefined && count + held.batch.rows > rows) break;
      if (oneTemplate && first !== undefined && held.batch.template !== first.batch.template) break;
      entries.push(held);
      count += held.batch.rows;
    }
    return entries.length === 0 ? null : { stream, entries, rows: count, spans: spansOf(entries) };
  }

  /** Where reading would start if this cut were in a segment: before the oldest batch that still waits, by file. */
  cursorWithout(cut: TailCut | null): FileOffsets {
    const gone = new Set(cut?.entries);
    const cursor = new Map(this.#read);
    for (const list of this.#streams.values()) {
      for (const held of list) {
        if (held.published !== null || gone.has(held)) continue;
        cursor.set(held.file, Math.min(held.before, cursor.get(held.file) ?? 0));
      }
    }
    return [...cursor];
  }

  /** Notes that a publication is under way, which queries may see before this process hears that it took effect. */
  publishing(cut: TailCut, version: number): void {
    const sealed = new Set<TailEntry>(cut.entries);
    for (const held of this.#streams.get(cut.stream) ?? []) if (sealed.has(held)) held.expected = version;
  }

  /** Notes that a cut is in a segment that queries see from a version on. */
  published(cut: TailCut, version: number, nowMs: number): void {
    const sealed = new Set<TailEntry>(cut.entries);
    const publication = { atMs: nowMs, bytes: 0 };
    this.#lingering.push(publication);
    for (const held of this.#streams.get(cut.stream) ?? []) {
      if (held.published !== null || !sealed.has(held)) continue;
      held.published = version;
      held.publishedMs = nowMs;
      this.#rows -= held.batch.rows;
      this.#waitingBytes -= held.bytes;
      publication.bytes += held.bytes;
    }
  }

  /**
   * Lets go of what was published before a moment, and of what was published first where more bytes linger than may; monotonic
   * milliseconds.
   *
   * @param bound what was published from `untilMs` on stays in any case
   */
  forget(beforeMs: number, bound: { readonly bytes: number; readonly untilMs: number } | null = null): void {
    let upTo = beforeMs;
    let bytes = this.#bytes - this.#waitingBytes;
    for (const publication of this.#lingering) {
      if (bound === null || bytes <= bound.bytes || publication.atMs >= bound.untilMs) break;
      bytes -= publication.bytes;
      upTo = Math.max(upTo, publication.atMs + A_MICROSECOND);
    }
    this.#lingering = this.#lingering.filter(({ atMs }) => atMs >= upTo);
    this.#forgetBefore(upTo);
  }

  #forgetBefore(beforeMs: number): void {
    for (const [stream, list] of this.#streams) {
      const kept = list.filter((held) => {
        const keep = held.published === null || held.publishedMs >= beforeMs;
        if (!keep) {
          held.left = true;
          this.#bytes -= held.bytes;
          this.#forgotten = Math.max(this.#forgotten, held.published ?? 0);
        }
        return keep;
      });
      if (kept.length === 0) this.#streams.delete(stream);
      else if (kept.length < list.length) this.#streams.set(stream, kept);
    }
  }

  /**
   * The entries of a stream that no segment had at a version, in the order of their coming.
   *
   * @throws {StoreError} STORE_SNAPSHOT_EXPIRED if readings that were here at that version have left: take a new version
   */
  visible(stream: string, version: number): readonly HeldEntry[] {
    if (version < this.#forgotten) {
      throw new StoreError(
        'STORE_SNAPSHOT_EXPIRED',
        `Cannot read the tail of ${stream}: version ${version} of the catalogue is too old`,
        { hint: 'Take a new version and read again' },
      );
    }
    const held = this.#streams.get(stream) ?? [];
    return held.filter(({ published, expected }) => (published ?? expected ?? Infinity) > version);
  }
}

/** Batches of entries with only the wanted columns. */
export function snapshotOf(entries: readonly TailEntry[], columns: readonly string[]): TailSnapshot {
  const wanted = new Set(columns);
  const batches = entries.map(({ batch }) => ({
    ...batch,
    columns: batch.columns.filter((column) => wanted.has(column.name)),
  }));
  return { rows: batches.reduce((sum, { rows }) => sum + rows, 0), batches };
}

function spansOf(entries: readonly TailEntry[]): readonly JournalSpan[] {
  const spans = new Map<string, { file: string; after: number; to: number }>();
  for (const { file, before, after } of entries) {
    const span = spans.get(file);
    if (span === undefined) spans.set(file, { file, after: before, to: after });
    else span.to = after;
  }
  return [...spans.values()];
}

function batchBytes(batch: Batch): number {
  return batch.columns.reduce((sum, column) => sum + columnBytes(column), 0);
}

function columnBytes({ data }: NamedColumn): number {
  const nulls = data.nulls?.byteLength ?? 0;
  if (data.type !== 'text') return data.values.byteLength + nulls;
  // Two bytes a unit and about fifty for each string.
  const texts = data.dictionary.reduce((sum, text) => sum + 2 * text.length + 50, 0);
  return data.codes.byteLength + texts + nulls;
}
