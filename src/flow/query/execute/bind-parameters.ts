import { DuckDBListValue } from '@duckdb/node-api';
import type { DuckDBValue } from '@duckdb/node-api';
import type { Json } from '#base/core/index.ts';
import { QueryError } from '../errors.ts';
import type { Parameters } from './plan.ts';

const MAX_PARAMETERS = 1_000;

/**
 * The values of bound parameters as the engine takes them: whole numbers as BIGINT, others as DOUBLE, lists as lists.
 *
 * @throws {QueryError} QUERY_PARAMETERS for objects, too many values, or names and positions that do not fit the statement
 */
export function bindParameters(parameters: Parameters): DuckDBValue[] | Record<string, DuckDBValue> {
  if (Array.isArray(parameters)) {
    if (parameters.length > MAX_PARAMETERS) throw tooMany();
    return (parameters as readonly Json[]).map((value) => toValue(value));
  }
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS) throw tooMany();
  return Object.fromEntries(entries.map(([name, value]) => [name, toValue(value)]));
}

/** Tells which parameters of a statement have no value, and which values no parameter. */
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

function toValue(value: Json): DuckDBValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return new DuckDBListValue((value as readonly Json[]).map((item) => toValue(item)));
  throw new QueryError('QUERY_PARAMETERS', 'Cannot bind parameter: an object is no value for one');
}

function tooMany(): QueryError {
  return new QueryError('QUERY_PARAMETERS', `Cannot bind parameters: there are more than ${MAX_PARAMETERS}`);
}
