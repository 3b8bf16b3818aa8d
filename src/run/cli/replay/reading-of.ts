import { parseRfc3339 } from '#base/core/index.ts';
import type { FieldType } from '#base/core/index.ts';
import type { SourceRecord } from '#run/server/index.ts';

/** A declared field as the API lists it. */
export interface TargetField {
  readonly name: string;
  readonly type: FieldType;
}

/** How records of a file become readings. */
export interface Mapping {
  /** Column or member that names the device; null where all rows are of one device. */
  readonly deviceColumn: string | null;
  readonly device: string | null;
  readonly timeColumn: string | null;
  /** Members to descend into before fields are looked up, such as `metrics`. */
  readonly fieldsPath: readonly string[];
  /** Column names by field name, where they are not alike. */
  readonly renames: ReadonlyMap<string, string>;
}

export interface MappedRecord {
  readonly device: string;
  /** Epoch seconds; null where there is no time column. */
  readonly time: number | null;
  readonly values: ReadonlyMap<string, unknown>;
}

/** Why a record is no reading. */
export type RecordProblem = 'no-device' | 'no-time' | 'no-fields';

/** What a record says of device, time and fields, or what it lacks. */
export function mapRecord(record: SourceRecord, mapping: Mapping): MappedRecord | { readonly problem: RecordProblem } {
  const device = mapping.deviceColumn === null ? mapping.device : record.values.get(mapping.deviceColumn);
  if ((typeof device !== 'string' && typeof device !== 'number') || device === '') return { problem: 'no-device' };
  let time: number | null = null;
  if (mapping.timeColumn !== null) {
    time = parseTime(record.values.get(mapping.timeColumn));
    if (time === null) return { problem: 'no-time' };
  }
  let values = record.values;
  for (const member of mapping.fieldsPath) {
    const inner = values.get(member);
    if (typeof inner !== 'object' || inner === null) return { problem: 'no-fields' };
    values = new Map(Object.entries(inner));
  }
  return { device: String(device), time, values };
}

/** RFC 3339, the same with a blank and without a zone (taken for UTC), or epoch seconds. */
export function parseTime(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const zoned = /([Zz]|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`;
  const time = parseRfc3339(zoned.replace(' ', 'T'));
  return time === null ? null : time / 1_000_000;
}

/**
 * The members of a reading: each declared field whose column is there, with the type that the template declares.
 * Names match by letters and digits alone, whatever their case. What cannot be read as its type goes as it is, so
 * that the platform refuses it by name.
 */
export function fieldValues(
  values: ReadonlyMap<string, unknown>,
  fields: readonly TargetField[],
  renames: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const byPlainName = new Map([...values].map(([name, value]) => [plainName(name), value]));
  const reading: Record<string, unknown> = {};
  for (const { name, type } of fields) {
    const value = byPlainName.get(plainName(renames.get(name) ?? name));
    if (value === undefined || value === null || value === '') continue;
    reading[name] = convert(value, type);
  }
  return reading;
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function convert(value: unknown, type: FieldType): unknown {
  if (type === 'text') return typeof value === 'string' ? value.trim() : String(value);
  if (type === 'boolean') {
    const word = String(value).trim().toLowerCase();
    return ['true', '1', 'yes', 'on'].includes(word)
      ? true
      : ['false', '0', 'no', 'off'].includes(word)
        ? false
        : value;
  }
  if (type === 'time' || typeof value !== 'string') return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}
