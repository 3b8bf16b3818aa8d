import type { QuarantinedReading } from '#flow/journal/index.ts';
import type { Decoded, DecodedObject } from './decode/json-parser.ts';
import { storedNumber } from './checks/coarsen.ts';
import { parseTimeText } from './decode/time-text.ts';
import { coarsenTime } from './grid.ts';
import { TYPE } from './stream-rules.ts';
import type { FieldRule, StreamRules } from './stream-rules.ts';

/** Where refused readings go that are kept as evidence. Never waited for, never in the way of what is admitted. */
export interface QuarantineSink {
  /** Bytes that a device may still leave; asked before anything is done to keep its payload. */
  room(device: string): number;
  keep(reading: QuarantinedReading): void;
}

/**
 * The declared members of a refused reading as JSON text; secrets and what nobody declared are left out. What is
 * replaced or coarsened on entry is so here too, and left out where it is of no type that could be: a refused reading
 * must not leave on disk what an admitted one may not.
 */
export function evidenceOf(members: DecodedObject, rules: StreamRules): string {
  const kept: [string, unknown][] = [];
  for (const [name, value] of members) {
    const member = rules.members.get(name);
    if (member === undefined) continue;
    const stored =
      member === rules.fields.length ? evidentTime(rules, value) : evidentValue(rules.fields[member], value);
    if (stored !== undefined) kept.push([name, stored]);
  }
  return JSON.stringify(Object.fromEntries(kept));
}

/**
 * Whether a payload may be kept at all: of a stream that asks for consent only where the person whom it is about agrees,
 * so that a reading which is refused for another reason leaves no more of somebody than an admitted one may.
 *
 * @param now epoch microseconds
 */
export function mayBeKept(decoded: Decoded | undefined, rules: StreamRules, now: number): boolean {
  if (rules.consent === null) return true;
  const { subject, given } = rules.consent;
  const field = rules.fields[subject];
  const value = decoded instanceof Map && field !== undefined ? decoded.get(field.name) : undefined;
  if (field === undefined || typeof value !== 'string') return false;
  if (field.format?.(value) === false) return false;
  return given.standing(field.tokens === null ? value : field.tokens.text(value).token, now) !== 0;
}

/** The time of a reading, on the stream's grid where it has one. */
function evidentTime({ timeGrid }: StreamRules, value: Decoded): unknown {
  if (timeGrid === 0) return plain(value);
  const time = timeOf(value);
  return time === null ? undefined : coarsenTime(time, timeGrid) / 1e6;
}

/** Epoch microseconds; null for what is no time. */
function timeOf(value: Decoded): number | null {
  const time =
    typeof value === 'number' ? Math.round(value * 1e6) : typeof value === 'string' ? parseTimeText(value) : null;
  return time !== null && Number.isSafeInteger(time) ? time : null;
}

/** @param field undefined for `time` and `seq` */
function evidentValue(field: FieldRule | undefined, value: Decoded): unknown {
  if (field?.secret === true || field?.withheld === true) return undefined;
  if (field === undefined || value === null || (field.tokens === null && field.grid === 0)) return plain(value);
  if (field.tokens === null) return evidentGrid(field, value);
  if (field.type === TYPE.integer && Number.isSafeInteger(value)) return field.tokens.integer(value as number).token;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  // What is not of the format has no token of it.
  const text = String(value);
  return field.format?.(text) === false ? undefined : field.tokens.text(text).token;
}

/** A time may come as a text, which is put on its grid as the time that it means. */
function evidentGrid(field: FieldRule, value: Decoded): unknown {
  if (field.type !== TYPE.time) return typeof value === 'number' ? storedNumber(field, value) : undefined;
  const time = timeOf(value);
  return time === null ? undefined : storedNumber(field, time) / 1e6;
}

/** Depth was bounded when the value was decoded. */
function plain(value: Decoded): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]));
  if (Array.isArray(value)) return value.map((inner: Decoded) => plain(inner));
  return value;
}
