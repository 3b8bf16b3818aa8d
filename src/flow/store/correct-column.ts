import type { Column } from '#base/core/index.ts';

/** A value as it should have been. Times are epoch microseconds. */
export type CorrectValue = string | number | boolean | null;

/** What a column holds in rows that are corrected. */
export interface Correction {
  readonly column: string;
  readonly value: CorrectValue;
}

/** The value of a column in a row; null where there is none. */
export function valueAt(column: Column, row: number): CorrectValue {
  if (column.nulls?.[row] === 1) return null;
  if (column.type === 'text') return column.dictionary[column.codes[row]!] ?? null;
  return column.type === 'boolean' ? column.values[row] === 1 : column.values[row]!;
}

/** A column with a value in the rows that are marked. Texts that no row holds any more are not in it. */
export function correctColumn(column: Column, marks: Uint8Array, value: CorrectValue): Column {
  const nulls = nullsWith(column.nulls, marks, value === null);
  if (column.type === 'text') return correctTexts(column, marks, value, nulls);
  const put = Number(value ?? 0);
  if (column.type === 'boolean')
    return { ...column, values: column.values.map((old, i) => (marks[i] === 1 ? put : old)), nulls };
  return { ...column, values: column.values.map((old, i) => (marks[i] === 1 ? put : old)), nulls };
}

function correctTexts(
  { codes, dictionary }: Extract<Column, { type: 'text' }>,
  marks: Uint8Array,
  value: CorrectValue,
  nulls: Uint8Array | null,
): Column {
  const used: string[] = [];
  const known = new Map<string, number>();
  const codeOf = (text: string): number => {
    const code = known.get(text) ?? used.push(text) - 1;
    known.set(text, code);
    return code;
  };
  const made = codes.map((code, i) => {
    if (nulls?.[i] === 1) return 0;
    return codeOf(marks[i] === 1 ? String(value) : dictionary[code]!);
  });
  return { type: 'text', codes: made, dictionary: used, nulls };
}

function nullsWith(before: Uint8Array | null, marks: Uint8Array, isNull: boolean): Uint8Array | null {
  if (before === null && !isNull) return null;
  const nulls = before === null ? new Uint8Array(marks.length) : before.slice();
  for (let i = 0; i < marks.length; i += 1) if (marks[i] === 1) nulls[i] = isNull ? 1 : 0;
  return nulls.includes(1) ? nulls : null;
}
