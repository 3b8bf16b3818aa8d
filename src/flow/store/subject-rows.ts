import type { Batch, Column, Micros } from '#base/core/index.ts';
import { TokenKey } from '#base/crypto/index.ts';
import { valueAt } from './correct-column.ts';
import type { Correction } from './correct-column.ts';

/** A column that names persons, and what one person is called there. */
export interface SubjectColumn {
  readonly name: string;
  /** Stored values: tokens, and originals where rows may hold these. */
  readonly values: readonly (string | number)[];
  /** Digests of originals that nobody knows any more, under the key that goes with them. */
  readonly digests?: readonly (string | number)[];
}

/** The rows of one stream that are about a person. */
export interface SubjectRows {
  readonly stream: string;
  /** One of them that holds one of its values is enough. */
  readonly columns: readonly SubjectColumn[];
  /** Rows received from this time on (epoch microseconds) are not meant; null for all. */
  readonly before: Micros | null;
  /** 32 bytes: key of the digests. */
  readonly digestKey?: Uint8Array;
  /** Only rows whose time lies in it, its end left out (epoch microseconds); null at an end that is open. */
  readonly span?: { readonly from: Micros | null; readonly to: Micros | null };
  /** Only rows in which one of these columns holds something else: they are corrected instead of erased. */
  readonly corrected?: readonly Correction[];
}

/** What was found of a person in one place. Times of the readings in epoch microseconds; null where there is none. */
export interface SubjectFinding {
  readonly rows: number;
  readonly minTime: number | null;
  readonly maxTime: number | null;
}

/** The columns that have to be opened to know which rows are meant. */
export function columnsToSearch({ columns, before, span, corrected = [] }: SubjectRows): readonly string[] {
  return [
    ...columns.map(({ name }) => name),
    ...(before === null ? [] : ['received']),
    ...(span === undefined ? [] : ['time']),
    ...corrected.map(({ column }) => column),
  ];
}

/** The same person, whatever the rows hold and whenever they came: what can be asked before more columns are opened. */
export function anyRowOf(wanted: SubjectRows): SubjectRows {
  const { span: _span, corrected: _corrected, ...rest } = wanted;
  return { ...rest, before: null };
}

/**
 * Which rows of a batch are meant: 1 for each that is; null where none is.
 *
 * Texts are compared once an entry of the column's dictionary, so a batch in which the person does not occur costs no look
 * at its rows.
 */
export function markSubject(batch: Pick<Batch, 'rows' | 'columns'>, wanted: SubjectRows): Uint8Array | null {
  let marks: Uint8Array | null = null;
  const digestKey = wanted.digestKey === undefined ? null : TokenKey.fromBytes(wanted.digestKey, 1);
  for (const { name, values, digests = [] } of wanted.columns) {
    const column = batch.columns.find((each) => each.name === name)?.data;
    const known = { values: new Set(values), digests: new Set(digests), digestKey };
    const isMeant = column === undefined ? null : matcherOf(column, known);
    if (isMeant === null) continue;
    const nulls = column!.nulls;
    for (let row = 0; row < batch.rows; row += 1) {
      if (nulls !== null && nulls[row] === 1) continue;
      if (isMeant(row)) (marks ??= new Uint8Array(batch.rows))[row] = 1;
    }
  }
  if (marks === null) return null;
  const early = wanted.before === null ? marks : withoutLater(marks, batch, wanted.before);
  const inSpan = wanted.span === undefined ? early : withinSpan(early, batch, wanted.span);
  return wanted.corrected === undefined ? inSpan : holdingOther(inSpan, batch, wanted.corrected);
}

/** Rows that are meant, and their span of time. */
export function findSubject(batch: Pick<Batch, 'rows' | 'columns'>, wanted: SubjectRows): SubjectFinding {
  const marks = markSubject(batch, wanted);
  if (marks === null) return NOTHING_FOUND;
  const times = batch.columns.find(({ name }) => name === 'time')?.data;
  let [rows, minTime, maxTime] = [0, Infinity, -Infinity];
  for (let row = 0; row < batch.rows; row += 1) {
    if (marks[row] !== 1) continue;
    rows += 1;
    const time = times?.type === 'time' ? times.values[row]! : NaN;
    if (time < minTime) minTime = time;
    if (time > maxTime) maxTime = time;
  }
  return rows === 0 || minTime > maxTime ? { rows, minTime: null, maxTime: null } : { rows, minTime, maxTime };
}

export const NOTHING_FOUND: SubjectFinding = { rows: 0, minTime: null, maxTime: null };

/** Two findings as one. */
export function addFindings(a: SubjectFinding, b: SubjectFinding): SubjectFinding {
  const least = (x: number | null, y: number | null): number | null =>
    x === null ? y : y === null ? x : Math.min(x, y);
  const most = (x: number | null, y: number | null): number | null =>
    x === null ? y : y === null ? x : Math.max(x, y);
  return { rows: a.rows + b.rows, minTime: least(a.minTime, b.minTime), maxTime: most(a.maxTime, b.maxTime) };
}

/** By what somebody is known in one column. */
interface Known {
  readonly values: ReadonlySet<string | number>;
  readonly digests: ReadonlySet<string | number>;
  readonly digestKey: TokenKey | null;
}

/** Tells of a row whether its value is wanted; null where no value of the column is. */
function matcherOf(column: Column, { values: wanted, digests, digestKey }: Known): ((row: number) => boolean) | null {
  const byDigest = digests.size === 0 ? null : digestKey;
  switch (column.type) {
    case 'text': {
      const { codes, dictionary } = column;
      const isWanted = (text: string): boolean =>
        wanted.has(text) || (byDigest !== null && digests.has(byDigest.text(text)));
      const meant = Uint8Array.from(dictionary, (text) => (isWanted(text) ? 1 : 0));
      return meant.includes(1) ? (row) => meant[codes[row]!] === 1 : null;
    }
    case 'integer': {
      const { values } = column;
      const isWanted = (value: number): boolean =>
        wanted.has(value) || (byDigest !== null && digests.has(byDigest.integer(value)));
      return values.some(isWanted) ? (row) => isWanted(values[row]!) : null;
    }
    default:
      return null;
  }
}

function withoutLater(marks: Uint8Array, batch: Pick<Batch, 'columns'>, before: Micros): Uint8Array {
  const received = batch.columns.find(({ name }) => name === 'received')?.data;
  // Of a segment from before receipts were kept all rows are older than any request.
  if (received?.type !== 'time') return marks;
  return marks.map((mark, row) => (received.values[row]! < before ? mark : 0));
}

function withinSpan(
  marks: Uint8Array,
  batch: Pick<Batch, 'columns'>,
  { from, to }: NonNullable<SubjectRows['span']>,
): Uint8Array {
  const times = batch.columns.find(({ name }) => name === 'time')?.data;
  if (times?.type !== 'time') return marks;
  const isIn = (time: number): boolean => (from === null || time >= from) && (to === null || time < to);
  return marks.map((mark, row) => (isIn(times.values[row]!) ? mark : 0));
}

/** A row without a column has nothing in it that could be corrected. */
function holdingOther(marks: Uint8Array, batch: Pick<Batch, 'columns'>, corrected: readonly Correction[]): Uint8Array {
  const pairs = corrected.flatMap(({ column, value }) => {
    const data = batch.columns.find(({ name }) => name === column)?.data;
    return data === undefined ? [] : [{ data, value }];
  });
  return marks.map((mark, row) =>
    mark === 1 && pairs.some(({ data, value }) => valueAt(data, row) !== value) ? 1 : 0,
  );
}
