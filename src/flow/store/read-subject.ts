import type { Batch, FieldType } from '#base/core/index.ts';
import { markSubject } from './subject-rows.ts';
import type { SubjectRows } from './subject-rows.ts';

/** A row about a person, by column; times in epoch microseconds, null where there is no value. */
export type SubjectRow = Readonly<Record<string, string | number | boolean | null>>;

/** Rows about a person of one stream. */
export interface SubjectReadings {
  readonly columns: readonly { readonly name: string; readonly type: FieldType }[];
  readonly rows: readonly SubjectRow[];
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

/** The rows of a batch that are about a person, column by column made into objects; no others leave it. */
export function subjectRows(batch: Pick<Batch, 'rows' | 'columns'>, wanted: SubjectRows): readonly SubjectRow[] {
  const marks = markSubject(batch, wanted);
  if (marks === null) return [];
  const rows: Record<string, string | number | boolean | null>[] = [];
  for (let row = 0; row < batch.rows; row += 1) {
    if (marks[row] !== 1) continue;
    const members = batch.columns.map(({ name, data }) => {
      if (data.nulls?.[row] === 1) return [name, null] as const;
      if (data.type === 'text') return [name, data.dictionary[data.codes[row]!] ?? null] as const;
      return [name, data.type === 'boolean' ? data.values[row] === 1 : data.values[row]!] as const;
    });
    rows.push(Object.fromEntries(members));
  }
  return rows;
}
