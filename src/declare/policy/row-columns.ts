import { EVENTS_STREAM, SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { FieldType } from '#base/core/index.ts';
import { isSystemName } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Lineage } from './types.ts';

/** The attribute of a row that is no column: the type of the device that the reading is about. */
export const DEVICE_TYPE = 'device_type';

/** What a policy can ask of a row: its columns by name, and the type of the device. */
export type RowAttributes = ReadonlyMap<string, FieldType | typeof DEVICE_TYPE>;

/** Cedar's type for each type of field. A number is a decimal of four places, a time has milliseconds. */
export const ROW_TYPES: Readonly<Record<FieldType | typeof DEVICE_TYPE, string>> = {
  number: 'decimal',
  integer: 'Long',
  boolean: 'Bool',
  text: 'String',
  time: 'datetime',
  [DEVICE_TYPE]: 'DeviceType',
};

/**
 * The attributes that `resource.row` has in the schema: the columns of every stream and table. A name that stands for
 * another type elsewhere is none, for then no policy could say which it means; columns of the platform's own streams
 * take no name from those of the template.
 */
export function rowAttributes(template: Template): RowAttributes {
  const types = new Map<string, FieldType | typeof DEVICE_TYPE | null>([[DEVICE_TYPE, DEVICE_TYPE]]);
  for (const { name, type } of SYSTEM_COLUMNS) types.set(name, type);
  for (const relation of [...template.streams.keys(), ...template.tables.keys()]) {
    if (isSystemName(relation)) continue;
    for (const [column, type] of columnTypes(template, relation)) {
      const known = types.get(column);
      types.set(column, known === undefined || known === type ? type : null);
    }
  }
  for (const [column, type] of columnTypes(template, EVENTS_STREAM)) if (!types.has(column)) types.set(column, type);
  return new Map([...types].flatMap(([name, type]) => (type === null ? [] : [[name, type] as const])));
}

/**
 * The attributes that a row of one relation has: those of the schema that it has a column of the same type for. Columns
 * of declared views and system views are known from outside alone.
 */
export function rowAttributesOf(template: Template, relation: string, lineage: Lineage | undefined): RowAttributes {
  const own = columnTypes(template, relation);
  const columns = own.size > 0 ? own : new Map(lineage?.columns.map(({ name, type }) => [name, type]));
  return new Map(
    [...rowAttributes(template)].filter(([name, type]) =>
      type === DEVICE_TYPE ? template.streams.has(relation) && !columns.has(name) : columns.get(name) === type,
    ),
  );
}

/**
 * Columns with which a relation differs from the schema, so that what a policy says of them cannot be applied; null where
 * its columns are not known here.
 */
export function foreignColumns(
  template: Template,
  relation: string,
  lineage: Lineage | undefined,
): readonly string[] | null {
  const known = rowAttributesOf(template, relation, lineage);
  const own = columnTypes(template, relation);
  if (own.size === 0 && lineage === undefined) return null;
  const names = own.size > 0 ? [...own.keys()] : (lineage?.columns.map(({ name }) => name) ?? []);
  return names.filter((name) => !known.has(name));
}

function columnTypes(template: Template, relation: string): ReadonlyMap<string, FieldType> {
  const stream = template.streams.get(relation);
  const fields = (stream ?? template.tables.get(relation))?.fields ?? [];
  const system = stream === undefined ? [] : SYSTEM_COLUMNS;
  return new Map([...system, ...fields].map(({ name, type }) => [name, type]));
}
