import type { QuarantinedReading } from '#flow/journal/index.ts';
import type { Decoded, DecodedObject } from './decode/json-parser.ts';
import type { StreamRules } from './stream-rules.ts';

/** Where refused readings go that are kept as evidence. Never waited for, never in the way of what is admitted. */
export interface QuarantineSink {
  /** Bytes that a device may still leave; asked before anything is done to keep its payload. */
  room(device: string): number;
  keep(reading: QuarantinedReading): void;
}

/** The declared members of a refused reading as JSON text; secrets and what nobody declared are left out. */
export function evidenceOf(members: DecodedObject, rules: StreamRules): string {
  const kept: [string, unknown][] = [];
  for (const [name, value] of members) {
    const member = rules.members.get(name);
    if (member === undefined || rules.fields[member]?.secret === true) continue;
    kept.push([name, plain(value)]);
  }
  return JSON.stringify(Object.fromEntries(kept));
}

/** Depth was bounded when the value was decoded. */
function plain(value: Decoded): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]));
  if (Array.isArray(value)) return value.map((inner: Decoded) => plain(inner));
  return value;
}
