import {
  DuckDBArrayValue,
  DuckDBBitValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
} from '@duckdb/node-api';
import { formatMicros, micros, toBase64 } from '#base/core/index.ts';

/**
 * The JSON text of a value. Integers and decimals keep all their digits; doubles that JSON cannot say are texts; times
 * are RFC 3339, intervals ISO 8601 durations, bytes base64.
 */
export function jsonText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.toWellFormed());
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : `"${String(value)}"`;
    case 'bigint':
    case 'boolean':
      return String(value);
  }
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return `[${value.items.map((item) => jsonText(item)).join(',')}]`;
  }
  if (value instanceof DuckDBStructValue) {
    return `{${Object.entries(value.entries)
      .map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`)
      .join(',')}}`;
  }
  if (value instanceof DuckDBMapValue) {
    return `{${value.entries.map(({ key, value: member }) => `${JSON.stringify(plainText(key) ?? '')}:${jsonText(member)}`).join(',')}}`;
  }
  if (value instanceof DuckDBUnionValue) return jsonText(value.value);
  return JSON.stringify(scalarText(value));
}

/** The text of a value in CSV and tables; null where there is none. */
export function plainText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
  }
  if (
    value instanceof DuckDBListValue ||
    value instanceof DuckDBArrayValue ||
    value instanceof DuckDBStructValue ||
    value instanceof DuckDBMapValue
  ) {
    return jsonText(value);
  }
  if (value instanceof DuckDBUnionValue) return plainText(value.value);
  return scalarText(value);
}

function scalarText(value: unknown): string {
  if (value instanceof DuckDBTimestampTZValue) return timeText(value.micros, 'Z') ?? String(value);
  if (value instanceof DuckDBTimestampValue) return timeText(value.micros, '') ?? String(value);
  if (value instanceof DuckDBTimestampMillisecondsValue) return timeText(value.millis * 1_000n, '') ?? String(value);
  if (value instanceof DuckDBTimestampSecondsValue) return timeText(value.seconds * 1_000_000n, '') ?? String(value);
  if (value instanceof DuckDBTimestampNanosecondsValue) return String(value).replace(' ', 'T');
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBIntervalValue) return durationText(value);
  if (value instanceof DuckDBBlobValue) return toBase64(value.bytes);
  if (value instanceof DuckDBBitValue) return value.toString();
  return String(value);
}

/** RFC 3339 of epoch microseconds; null for what it cannot say: infinities and years beyond four digits. */
function timeText(time: bigint, zone: 'Z' | ''): string | null {
  if (time < -62_135_596_800_000_000n || time > 253_402_300_799_999_999n) return null;
  const text = formatMicros(micros(Number(time)));
  return zone === 'Z' ? text : text.replace(/Z$/, '');
}

/** ISO 8601 duration: months, days and microseconds are kept apart, as the engine keeps them. */
function durationText({ months, days, micros: us }: DuckDBIntervalValue): string {
  const sign = us < 0n ? '-' : '';
  const all = us < 0n ? -us : us;
  const fraction = (all % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  const seconds = `${sign}${all / 1_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
  return `P${months === 0 ? '' : `${months}M`}${days === 0 ? '' : `${days}D`}T${seconds}S`;
}
