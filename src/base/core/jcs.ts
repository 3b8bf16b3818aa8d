import { CoreError } from './errors.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Canonical JSON: members sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them.
 *
 * @throws {CoreError} CORE_JSON_UNREPRESENTABLE for NaN, infinities, lone surrogates, undefined or functions
 * @see RFC 8785
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unrepresentable('a number that is not finite');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw unrepresentable('a lone surrogate');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object') throw unrepresentable(`a ${typeof value}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function unrepresentable(what: string): CoreError {
  return new CoreError('CORE_JSON_UNREPRESENTABLE', `Cannot write canonical JSON: the value holds ${what}`);
}
