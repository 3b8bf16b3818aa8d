import type { Batch } from '#base/core/index.ts';
import { markSubject } from './subject-rows.ts';
import type { SubjectRows } from './subject-rows.ts';

/** Times of readings of one device that are about a person, epoch microseconds, both ends included. */
export interface SubjectSpan {
  readonly stream: string;
  readonly device: string;
  readonly from: number;
  readonly to: number;
}

/** Readings no further apart than this are told as one span; microseconds. */
const JOINED = 1_000_000;

/** Columns that have to be opened for it, besides those by which a person is found. */
export const SPAN_COLUMNS: readonly string[] = ['device', 'time'];

/** When which devices sent readings about a person, of one batch. */
export function subjectSpans(batch: Pick<Batch, 'rows' | 'columns'>, wanted: SubjectRows): readonly SubjectSpan[] {
  const marks = markSubject(batch, wanted);
  const device = batch.columns.find(({ name }) => name === 'device')?.data;
  const time = batch.columns.find(({ name }) => name === 'time')?.data;
  if (marks === null || device?.type !== 'text' || time?.type !== 'time') return [];
  const spans: SubjectSpan[] = [];
  for (let row = 0; row < batch.rows; row += 1) {
    if (marks[row] !== 1) continue;
    const at = time.values[row]!;
    spans.push({ stream: wanted.stream, device: device.dictionary[device.codes[row]!] ?? '', from: at, to: at });
  }
  return joinSpans(spans, Infinity);
}

/**
 * Spans joined where they touch, or lie so close that there are no more than so many: what lies in between is then told with
 * them.
 */
export function joinSpans(spans: readonly SubjectSpan[], most: number): readonly SubjectSpan[] {
  const byDevice = [...Map.groupBy(spans, ({ stream, device }) => `${stream}\n${device}`).values()];
  const sorted = byDevice.map((of) => of.toSorted((a, b) => a.from - b.from));
  for (let gap = JOINED; ; gap *= 4) {
    const joined = sorted.flatMap((of) => joinClose(of, gap));
    // One span of each device is the least there can be.
    if (joined.length <= most || joined.length === byDevice.length) return joined;
  }
}

function joinClose(sorted: readonly SubjectSpan[], gap: number): readonly SubjectSpan[] {
  const joined: SubjectSpan[] = [];
  for (const span of sorted) {
    const last = joined.at(-1);
    if (last === undefined || span.from - last.to > gap) joined.push(span);
    else if (span.to > last.to) joined[joined.length - 1] = { ...last, to: span.to };
  }
  return joined;
}
