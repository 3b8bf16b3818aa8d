/** A value of a record that is missing or of another type; its message says which. */
export class ValueError extends Error {}

type Values = ReadonlyMap<string, unknown>;

/** A number; null where there is none. @throws {ValueError} */
export function numberIn(values: Values, name: string): number | null {
  const value = values.get(name) ?? null;
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw wrong(name, value, 'number');
}

/** A whole number from 0; null where there is none. @throws {ValueError} */
export function integerIn(values: Values, name: string, most = Number.MAX_SAFE_INTEGER): number | null {
  const value = values.get(name) ?? null;
  if (value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most))
    return value;
  throw wrong(name, value, most === Number.MAX_SAFE_INTEGER ? 'whole number from 0' : `whole number up to ${most}`);
}

/** A text; null where there is none or an empty one. @throws {ValueError} */
export function textIn(values: Values, name: string): string | null {
  const value = values.get(name) ?? null;
  if (value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw wrong(name, value, 'text');
}

function wrong(name: string, value: unknown, what: string): ValueError {
  return new ValueError(`\`${name}\` is \`${String(value).slice(0, 40)}\`, which is no ${what}`);
}
