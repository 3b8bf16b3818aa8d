import { parseRfc3339 } from '#base/core/index.ts';
import type { Batch, Column, FieldType, NamedColumn } from '#base/core/index.ts';
import { DetectError } from '../errors.ts';

/** A row as a query answers it: values by column, times as RFC 3339 or epoch microseconds. */
export type AnsweredRow = Readonly<Record<string, unknown>>;

/** How rows of an answer are read as readings. */
export interface AnswerShape {
  /** What they are judged as. */
  readonly stream: string;
  /** Column that tells whose a row is, when it was, and when it came; the last is as the time where it is null. */
  readonly series: string;
  readonly time: string;
  readonly received: string | null;
  /** Columns with fields of readings, by name. */
  readonly fields: ReadonlyMap<string, FieldType>;
}

/**
 * Rows of an answer as a batch of the journal has them: what judges the one judges the other.
 *
 * @throws {DetectError} DETECT_ROWS_UNFIT where a row has no time or no device
 */
export function answeredBatch(rows: readonly AnsweredRow[], shape: AnswerShape): Batch {
  const { stream, series, time, received, fields } = shape;
  const times = rows.map((row) => timeOf(row[time]));
  const names = rows.map((row) => row[series]);
  if (times.some(Number.isNaN) || names.some((name) => typeof name !== 'string')) {
    throw new DetectError('DETECT_ROWS_UNFIT', `Cannot judge rows: one has no ${series} or no ${time}`, {
      hint: 'Name the columns that tell whose a row is and when it was',
    });
  }
  const told = Float64Array.from(times);
  const came = received === null ? told : Float64Array.from(rows, (row, i) => orElse(timeOf(row[received]), times[i]!));
  const columns: NamedColumn[] = [
    { name: 'device', data: texts(names) },
    { name: 'time', data: { type: 'time', values: told, nulls: null } },
    { name: 'received', data: { type: 'time', values: came, nulls: null } },
  ];
  for (const [name, type] of fields) {
    columns.push({ name, data: columnOf(rows.map((row) => row[name]), type) }); // prettier-ignore
  }
  return { stream, template: '', rows: rows.length, columns };
}

function columnOf(values: readonly unknown[], type: FieldType): Column {
  if (type === 'text') return texts(values);
  const nulls = Uint8Array.from(values, (value) => (value === null || value === undefined ? 1 : 0));
  if (type === 'boolean') return { type, values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)), nulls };
  const read = type === 'time' ? timeOf : numberOf;
  const numbers = Float64Array.from(values, (value) => read(value));
  for (const [i, value] of numbers.entries()) if (Number.isNaN(value)) nulls[i] = 1;
  return { type, values: numbers, nulls };
}

function texts(values: readonly unknown[]): Column {
  const codes = new Uint32Array(values.length);
  const nulls = new Uint8Array(values.length);
  const dictionary = new Map<string, number>();
  for (const [i, value] of values.entries()) {
    if (value === null || value === undefined) {
      nulls[i] = 1;
      continue;
    }
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const code = dictionary.get(text) ?? dictionary.size;
    dictionary.set(text, code);
    codes[i] = code;
  }
  // Rows without a text have a code, too.
  if (dictionary.size === 0) dictionary.set('', 0);
  return { type: 'text', codes, dictionary: [...dictionary.keys()], nulls };
}

/** Whole numbers of 64 bits come as text. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value !== '' ? Number(value) : NaN;
}

function timeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? (parseRfc3339(value) ?? NaN) : NaN;
}

function orElse(value: number, other: number): number {
  return Number.isNaN(value) ? other : value;
}
