import { formatMicros, micros } from '#base/core/index.ts';
import type { FieldType } from '#base/core/index.ts';
import type { StoredPlace } from '#assure/privacy/index.ts';
import type { SubjectReadings, SubjectRow } from '#flow/store/index.ts';

/** What a person gets of what is kept about them, in a form that others can read. @see Regulation (EU) 2016/679 article 20 */
export interface SubjectExport {
  readonly format: 'weir.subject-export';
  readonly version: 1;
  readonly at: string;
  readonly relations: readonly {
    readonly name: string;
    readonly kind: StoredPlace['kind'];
    readonly columns: readonly { readonly name: string; readonly type: FieldType }[];
    /** Times in RFC 3339; the person by their own identifier, not by tokens. */
    readonly rows: readonly SubjectRow[];
  }[];
}

/**
 * Rows as the person can read them: times as text, and their own identifier where a token of it stands.
 *
 * @param places what the person is called in this relation
 */
export function readableRows(
  identifier: string,
  { columns, rows }: Pick<SubjectReadings, 'columns' | 'rows'>,
  places: readonly StoredPlace[],
): readonly SubjectRow[] {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const names = new Map(places.map(({ column, values }) => [column, new Set<unknown>(values)]));
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (names.get(name)?.has(value) === true) return [name, identifier];
        return [name, types.get(name) === 'time' && typeof value === 'number' ? formatMicros(micros(value)) : value];
      }),
    ),
  );
}
