import type { Class, FieldType } from '#base/core/index.ts';
import type { Detection, Field, FeatureRule } from '#declare/template/index.ts';
import { CliError } from './errors.ts';
import type { PlatformClient } from './platform-client.ts';

/** A view as the caller sees it. */
export interface ViewRow {
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly unit: string | null;
    readonly class: Class;
  }[];
  readonly features: readonly FeatureRule[];
  /** How it is judged, where it is a stream. */
  readonly detection?: {
    readonly type: 'flow' | null;
    readonly declared: Detection | null;
    readonly ranges: Readonly<Record<string, Field['range']>>;
  } | null;
}

/** A column that is a field of readings. */
export interface ViewField {
  readonly name: string;
  readonly type: FieldType;
  readonly unit: string | null;
  readonly class: Class;
}

const TYPES: ReadonlyMap<string, FieldType> = new Map([
  ['DOUBLE', 'number'],
  ['BIGINT', 'integer'],
  ['VARCHAR', 'text'],
  ['BOOLEAN', 'boolean'],
  ['TIMESTAMP WITH TIME ZONE', 'time'],
]);
/** Columns that every stream has, and what readings of one device are put in order by: as they came. */
const SYSTEM = ['device', 'time', 'received', 'seq', 'time_given', 'via'];

/**
 * A view that exists for the caller.
 *
 * @param what is to be done with it, for whoever reads that it cannot be
 * @throws {CliError} CLI_USAGE where it does not exist, or has none of these columns
 */
export async function findView(
  client: PlatformClient,
  name: string,
  {
    purpose,
    columns = [],
    what,
  }: { readonly purpose: string | undefined; readonly columns?: readonly string[]; readonly what: string },
): Promise<ViewRow> {
  const path = `/v1/views${purpose === undefined ? '' : `?purpose=${encodeURIComponent(purpose)}`}`;
  const { views } = await client.json<{ views: ViewRow[] }>('GET', path);
  const found = views.find((view) => view.name === name);
  if (found === undefined) {
    throw new CliError('CLI_USAGE', `Cannot ${what} ${name}: there is no such view for you`, {
      hint: 'See npm run -s weir -- views',
    });
  }
  for (const column of columns) {
    if (hasColumn(found, column)) continue;
    const known = found.columns.map((one) => one.name).join(', ');
    throw new CliError('CLI_USAGE', `Cannot ${what} ${name}: it has no column ${column}; it has ${known}`);
  }
  return found;
}

export function hasColumn({ columns }: ViewRow, name: string): boolean {
  return columns.some((one) => one.name === name);
}

/** A view seen as the fields of a stream, with features that are declared. @param own columns that are no fields of readings */
export function fieldsOfView(
  view: ViewRow,
  declared: readonly FeatureRule[],
  own: readonly string[],
): { readonly fields: readonly ViewField[]; readonly features: ReadonlyMap<string, FeatureRule> } {
  const fields = view.columns.flatMap(({ name, type, unit, class: cls }) => {
    const known = TYPES.get(type);
    return known === undefined || SYSTEM.includes(name) || own.includes(name)
      ? []
      : [{ name, type: known, unit, class: cls }];
  });
  return { fields, features: new Map(declared.map((rule) => [rule.name, rule])) };
}

/** A name as SQL takes it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
