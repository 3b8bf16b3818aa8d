import { parseRfc3339 } from '#base/core/index.ts';
import type { CedarValue } from './cedar-engine.ts';
import { DEVICE_TYPE } from './row-columns.ts';
import type { RowAttributes } from './row-columns.ts';
import type { CedarRow } from './types.ts';

/**
 * A row, written by column, as policies know it: numbers as decimals of four places, times with milliseconds. A null is a
 * column without a value.
 *
 * @param attributes that a row of the view has
 * @returns why it is none, in words
 */
export function rowOf(
  written: unknown,
  attributes: RowAttributes,
): { readonly row: CedarRow } | { readonly why: string } {
  if (typeof written !== 'object' || written === null || Array.isArray(written))
    return { why: 'is no mapping of columns' };
  const row = new Map<string, CedarValue>();
  for (const [name, value] of Object.entries(written)) {
    const type = attributes.get(name);
    if (type === undefined) return { why: `has no column \`${name}\`; known: ${[...attributes.keys()].join(', ')}` };
    if (value === null) continue;
    const read = valueOf(value, type);
    if (read === null)
      return { why: `has in \`${name}\` what is no ${type === DEVICE_TYPE ? 'type of a device' : type}` };
    row.set(name, read);
  }
  return { row: Object.fromEntries(row) };
}

function valueOf(value: unknown, type: NonNullable<ReturnType<RowAttributes['get']>>): CedarValue | null {
  switch (type) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? extension('decimal', value.toFixed(4)) : null;
    case 'integer':
      return Number.isSafeInteger(value) ? (value as number) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'text':
      return typeof value === 'string' ? value : null;
    case 'time': {
      const at = typeof value === 'string' ? parseRfc3339(value) : null;
      return at === null ? null : extension('datetime', new Date(at / 1_000).toISOString());
    }
    case DEVICE_TYPE:
      return typeof value === 'string' ? { __entity: { type: 'DeviceType', id: value } } : null;
  }
}

function extension(fn: string, arg: string): CedarValue {
  return { __extn: { fn, arg } };
}
