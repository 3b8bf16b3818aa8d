import { BIGINT, BOOLEAN, DOUBLE, DuckDBListValue, LIST, SQLNULL, VARCHAR } from '@duckdb/node-api';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { Json } from '#base/core/index.ts';
import { QueryError } from '../errors.ts';
import type { Parameters } from './plan.ts';

const MAX_PARAMETERS = 1_000;

/** Values with their types, as the engine's statements take them: both by position, or both by name. */
export type Bound =
  | { readonly values: DuckDBValue[]; readonly types: DuckDBType[] }
  | { readonly values: Record<string, DuckDBValue>; readonly types: Record<string, DuckDBType> };

/**
 * The values of bound parameters as the engine takes them: whole numbers as BIGINT, others as DOUBLE, lists of one kind
 * as lists of it.
 *
 * @throws {QueryError} QUERY_PARAMETERS for objects, lists of several kinds, or too many values
 */
export function bindParameters(parameters: Parameters): Bound {
  const entries = Object.entries<Json>(parameters as Readonly<Record<string, Json>>);
  if (entries.length > MAX_PARAMETERS) {
    throw new QueryError('QUERY_PARAMETERS', `Cannot bind parameters: there are more than ${MAX_PARAMETERS}`);
  }
  const bound = entries.map(([name, value]) => ({ name, type: typeOf(value), value }));
  if (Array.isArray(parameters)) {
    return { values: bound.map(({ value, type }) => toValue(value, type)), types: bound.map(({ type }) => type) };
  }
  return {
    values: Object.fromEntries(bound.map(({ name, value, type }) => [name, toValue(value, type)])),
    types: Object.fromEntries(bound.map(({ name, type }) => [name, type])),
  };
}

/**
 * Tells which parameters of a statement have no value, and which values no parameter.
 *
 * @throws {QueryError} QUERY_PARAMETERS unless there is one value for each
 */
export function checkParameters(wanted: readonly string[], given: Parameters): void {
  const names = Array.isArray(given) ? given.map((_, i) => String(i + 1)) : Object.keys(given);
  const missing = wanted.filter((name) => !names.includes(name));
  const extra = names.filter((name) => !wanted.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`no value for ${missing.map((name) => `$${name}`).join(', ')}`] : []),
    ...(extra.length > 0 ? [`no parameter ${extra.map((name) => `$${name}`).join(', ')}`] : []),
  ];
  throw new QueryError('QUERY_PARAMETERS', `Cannot run statement: ${parts.join('; ')}`);
}

function typeOf(value: Json): DuckDBType {
  if (value === null) return SQLNULL;
  if (typeof value === 'boolean') return BOOLEAN;
  if (typeof value === 'string') return VARCHAR;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BIGINT : DOUBLE;
  if (!Array.isArray(value)) throw unbindable('an object');
  const types = new Set((value as readonly Json[]).filter((item) => item !== null).map((item) => typeOf(item)));
  if (types.size === 2 && types.has(BIGINT) && types.has(DOUBLE)) return LIST(DOUBLE);
  const [type = VARCHAR, ...others] = types;
  if (others.length > 0 || type.toString().endsWith('[]')) throw unbindable('a list of several kinds');
  return LIST(type);
}

function toValue(value: Json, type: DuckDBType): DuckDBValue {
  if (Array.isArray(value)) {
    const inner = type.toString() === 'BIGINT[]' ? BIGINT : DOUBLE;
    return new DuckDBListValue((value as readonly Json[]).map((item) => toValue(item, inner)));
  }
  if (typeof value === 'number') return type === BIGINT ? BigInt(value) : value;
  return value as DuckDBValue;
}

function unbindable(what: string): QueryError {
  return new QueryError('QUERY_PARAMETERS', `Cannot bind parameter: ${what} is no value for one`);
}
