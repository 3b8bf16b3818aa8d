import type { Batch, Column } from '#base/core/index.ts';
import type { Consenting } from '#flow/query/index.ts';
import { keptOf, sourcesOf } from './dataset.ts';
import type { Dataset } from './dataset.ts';

/** Columns of a dataset, and what stands there for a person. */
export type KnownColumns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Columns of a dataset by which a person's rows are found: those of the streams and tables that it was made from, where it
 * kept them as they are. Empty where it was made from none in which the person is known.
 *
 * @returns null where it cannot tell whose its rows are
 */
export function subjectColumnsOf(
  dataset: Pick<Dataset, 'segments' | 'relations' | 'kept'>,
  places: readonly { readonly relation: string; readonly column: string; readonly values: ReadonlySet<string> }[],
): KnownColumns | null {
  const sources = sourcesOf(dataset);
  const known = new Map<string, ReadonlySet<string>>();
  for (const { relation, column, values } of places) {
    if (!sources.has(relation)) continue;
    if (!keptOf(dataset, relation).includes(column)) return null;
    known.set(column, new Set([...(known.get(column) ?? []), ...values]));
  }
  return known;
}

/** Places of the rows in which one of the columns has one of its values. */
export function matchingRows(batch: Batch, known: KnownColumns): readonly number[] {
  const found = new Set<number>();
  for (const { name, data } of batch.columns) {
    const values = known.get(name);
    if (values === undefined) continue;
    const is = matcher(data, values);
    for (let row = 0; row < batch.rows; row++) if (data.nulls?.[row] !== 1 && is(row)) found.add(row);
  }
  return [...found].sort((a, b) => a - b);
}

function matcher(data: Column, values: ReadonlySet<string>): (row: number) => boolean {
  if (data.type !== 'text') return (row) => values.has(String(data.values[row]));
  const codes = new Set([...data.dictionary.keys()].filter((code) => values.has(data.dictionary[code] ?? '')));
  return (row) => codes.has(data.codes[row] ?? -1);
}

/** Places of the rows that are not there by the consent of this moment: of who gives none, or gave it later. */
export function withdrawnRows(batch: Batch, column: string, consenting: Consenting | null): readonly number[] {
  const since = new Map(consenting?.subjects.map((subject, at) => [subject, consenting.since[at] ?? Infinity]));
  const whose = batch.columns.find(({ name }) => name === column)?.data;
  const received = batch.columns.find(({ name }) => name === 'received')?.data;
  if (whose?.type !== 'text' || received?.type !== 'time') return [...Array(batch.rows).keys()];
  const from = Float64Array.from(whose.dictionary, (subject) => since.get(subject) ?? Infinity);
  const rows: number[] = [];
  for (let row = 0; row < batch.rows; row++) {
    const isThere =
      whose.nulls?.[row] !== 1 && (received.values[row] ?? 0) >= (from[whose.codes[row] ?? 0] ?? Infinity);
    if (!isThere) rows.push(row);
  }
  return rows;
}

/** The persons whom some rows name in a column. */
export function namedIn(batch: Batch, column: string, rows: readonly number[]): ReadonlySet<string> {
  const data = batch.columns.find(({ name }) => name === column)?.data;
  if (data?.type !== 'text') return new Set();
  const codes = new Set<number>();
  for (const row of rows) if (data.nulls?.[row] !== 1) codes.add(data.codes[row] ?? 0);
  return new Set([...codes].map((code) => data.dictionary[code] ?? ''));
}

/** A batch without some of its rows; texts that none of the others has are gone with them. */
export function withoutRows(batch: Batch, going: readonly number[]): Batch {
  const gone = new Set(going);
  const kept = Uint32Array.from({ length: batch.rows }, (_, row) => row).filter((row) => !gone.has(row));
  return {
    ...batch,
    rows: kept.length,
    columns: batch.columns.map(({ name, data }) => ({ name, data: pick(data, kept) })),
  };
}

function pick(data: Column, kept: Uint32Array): Column {
  const nulls = data.nulls === null ? null : Uint8Array.from(kept, (row) => data.nulls?.[row] ?? 0);
  if (data.type === 'text') {
    const texts = Array.from(kept, (row) => data.dictionary[data.codes[row] ?? 0] ?? '');
    const codes = new Map([...new Set(texts)].map((text, code) => [text, code]));
    return {
      type: 'text',
      codes: Uint32Array.from(texts, (text) => codes.get(text) ?? 0),
      dictionary: [...codes.keys()],
      nulls,
    };
  }
  if (data.type === 'boolean') {
    return { type: 'boolean', values: Uint8Array.from(kept, (row) => data.values[row] ?? 0), nulls };
  }
  return { type: data.type, values: Float64Array.from(kept, (row) => data.values[row] ?? 0), nulls };
}
