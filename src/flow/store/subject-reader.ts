import type { Batch, FieldType } from '#base/core/index.ts';
import { subjectRows } from './read-subject.ts';
import type { SubjectReadings, SubjectRow } from './read-subject.ts';
import { openColumns, searchSegment } from './search-segments.ts';
import type { SearchParts } from './search-segments.ts';
import type { Segment } from './segment.ts';
import { addFindings, columnsToSearch, findSubject, NOTHING_FOUND } from './subject-rows.ts';
import type { SubjectFinding, SubjectRows } from './subject-rows.ts';
import { joinSpans, SPAN_COLUMNS, subjectSpans } from './subject-spans.ts';
import type { SubjectSpan } from './subject-spans.ts';

/** All readings of a stream at one moment: each is in a segment or waits to be, and none is in both. */
export interface StoredReadings {
  readonly segments: readonly Segment[];
  readonly waiting: readonly Batch[];
}

export interface SubjectReaderParts extends SearchParts {
  /** @throws {StoreError} STORE_NOT_READY */
  readonly stored: (stream: string) => Promise<StoredReadings>;
}

/** Where a person was found in one stream. */
export interface SubjectSearch {
  readonly segments: readonly (SubjectFinding & { readonly segment: string })[];
  /** What no segment has yet. */
  readonly tail: SubjectFinding;
}

/**
 * Finds and reads what is about a person, in what is sealed and in what waits to be. What it reads is as of the moment at
 * which it began: segments that are merged or sealed meanwhile change nothing, since those they were made from stay for a while.
 *
 * Each method throws STORE_NOT_READY, or what stands in the way of opening a segment.
 */
export class SubjectReader {
  readonly #parts: SubjectReaderParts;

  constructor(parts: SubjectReaderParts) {
    this.#parts = parts;
  }

  async find(wanted: SubjectRows): Promise<SubjectSearch> {
    const { segments, waiting } = await this.#parts.stored(wanted.stream);
    const found: SubjectSearch['segments'][number][] = [];
    for await (const [segment, finding] of this.#among(segments, wanted)) {
      found.push({ segment: segment.id, ...finding });
    }
    return {
      segments: found,
      tail: waiting.map((batch) => findSubject(batch, wanted)).reduce(addFindings, NOTHING_FOUND),
    };
  }

  /**
   * When which devices sent readings about a person, as so many spans at most, or one of each device; of what can be read:
   * the rest has its own once it can.
   */
  async spans(wanted: SubjectRows, most: number): Promise<readonly SubjectSpan[]> {
    const names = [...new Set([...SPAN_COLUMNS, ...columnsToSearch(wanted)])];
    let spans: readonly SubjectSpan[] = [];
    for await (const batch of this.#batches(wanted, () => names, passOver)) {
      spans = joinSpans([...spans, ...subjectSpans(batch, wanted)], most);
    }
    return spans;
  }

  /**
   * Every reading about a person, whole.
   *
   * @param most rows at most
   */
  async read(wanted: SubjectRows, most: number): Promise<SubjectReadings> {
    const types = new Map<string, FieldType>();
    const rows: SubjectRow[] = [];
    for await (const batch of this.#batches(wanted, ({ columns }) => columns.map(({ name }) => name))) {
      for (const { name, data } of batch.columns) types.set(name, data.type);
      // One more than wanted tells that there are more.
      for (const row of subjectRows(batch, wanted)) if (rows.length <= most) rows.push(row);
      if (rows.length > most) break;
    }
    const columns = [...types].map(([name, type]) => ({ name, type }));
    return { columns, rows: rows.slice(0, most), more: rows.length > most };
  }

  /** Columns of the segments that have something, then what waits. */
  async *#batches(
    wanted: SubjectRows,
    names: (segment: Segment) => readonly string[],
    onUnread = rethrow,
  ): AsyncGenerator<Pick<Batch, 'rows' | 'columns'>> {
    const { segments, waiting } = await this.#parts.stored(wanted.stream);
    for await (const [segment] of this.#among(segments, wanted, onUnread)) {
      yield { rows: segment.rows, columns: await openColumns(segment, names(segment), this.#parts) };
    }
    yield* waiting;
  }

  async *#among(
    segments: readonly Segment[],
    wanted: SubjectRows,
    onUnread = rethrow,
  ): AsyncGenerator<readonly [Segment, SubjectFinding]> {
    for (const segment of segments) {
      const finding = await searchSegment(segment, wanted, this.#parts).catch(onUnread);
      if (finding.rows > 0) yield [segment, finding];
    }
  }
}

function rethrow(error: unknown): SubjectFinding {
  throw error;
}

function passOver(): SubjectFinding {
  return NOTHING_FOUND;
}
