import { REASON } from '../reasons.ts';
import type { WireFormat } from '../sender.ts';
import type { StreamRules } from '../stream-rules.ts';
import { decodeCbor } from './cbor-decoder.ts';
import type { CborFault } from './cbor-check.ts';
import type { Decoded, DecodedObject, DecodeLimits, JsonParser } from './json-parser.ts';
import { readingsOf } from './senml-readings.ts';
import { resolveSenml } from './senml-resolve.ts';

/** Takes the readings of a message one by one, each with the bytes it came in. */
export interface ReadingTaker {
  /** A JSON value that is still to be decoded. */
  json(start: number, end: number): void;
  /** A decoded reading; `name` is the device that the message says it is about, null for none. */
  object(members: DecodedObject, name: string | null, start: number, end: number): void;
  refuse(reason: number, place: string, start: number, end: number): void;
}

/**
 * Splits a message into its readings, at most `limits.batchReadings` of them.
 *
 * @param received epoch microseconds
 */
export function eachReading(
  bytes: Buffer,
  format: WireFormat,
  rules: StreamRules,
  parser: JsonParser,
  received: number,
  taker: ReadingTaker,
): void {
  const { limits } = rules;
  if (bytes.length > limits.decompressedBytes) {
    taker.refuse(REASON.size.number, '', 0, bytes.length);
    return;
  }
  switch (format) {
    case 'json':
      if (firstByte(bytes) === 0x5b) eachOfArray(bytes, rules, parser, taker);
      else taker.json(0, bytes.length);
      break;
    case 'ndjson':
      eachLine(bytes, rules, taker);
      break;
    case 'cbor':
      eachOfCbor(bytes, rules, taker);
      break;
    case 'senml+json':
      eachOfSenml(jsonValue(bytes, parser), bytes, rules, received, taker);
      break;
    case 'senml+cbor':
      eachOfSenml(decodeCbor(bytes, boundsOf(rules), true), bytes, rules, received, taker);
      break;
  }
}

function boundsOf({ limits, textLimit }: StreamRules): DecodeLimits {
  return { ...limits, textLength: textLimit };
}

function jsonValue(bytes: Buffer, parser: JsonParser): { value: Decoded } | CborFault {
  const value = parser.parse(bytes);
  return value === undefined ? { reason: parser.reason, at: parser.at } : { value };
}

/** One CBOR map is one reading, an array of them many. */
function eachOfCbor(bytes: Buffer, rules: StreamRules, taker: ReadingTaker): void {
  const decoded = decodeCbor(bytes, boundsOf(rules));
  if (!('value' in decoded)) return taker.refuse(decoded.reason, `byte ${decoded.at}`, 0, bytes.length);
  const many = Array.isArray(decoded.value);
  // A single reading has the limit of a single reading, whatever it came in.
  if (!many && bytes.length > rules.limits.payloadBytes) {
    return taker.refuse(REASON.size.number, '', 0, bytes.length);
  }
  const items = (many ? decoded.value : [decoded.value]) as readonly Decoded[];
  for (const [i, item] of items.entries()) {
    if (i >= rules.limits.batchReadings) {
      return taker.refuse(REASON.tooManyReadings.number, `reading ${i + 1}`, 0, bytes.length);
    }
    if (item instanceof Map) taker.object(item, null, 0, bytes.length);
    else taker.refuse(REASON.schemaShape.number, '', 0, bytes.length);
  }
}

function eachOfSenml(
  decoded: { value: Decoded } | CborFault,
  bytes: Buffer,
  rules: StreamRules,
  received: number,
  taker: ReadingTaker,
): void {
  if (!('value' in decoded)) return taker.refuse(decoded.reason, `byte ${decoded.at}`, 0, bytes.length);
  const resolved = resolveSenml(decoded.value);
  if (!('records' in resolved)) return taker.refuse(resolved.reason, resolved.place, 0, bytes.length);
  for (const [i, reading] of readingsOf(resolved.records, received).entries()) {
    if (i >= rules.limits.batchReadings) {
      return taker.refuse(REASON.tooManyReadings.number, `reading ${i + 1}`, 0, bytes.length);
    }
    if (reading.reason === 0) taker.object(reading.members, reading.device, 0, bytes.length);
    else taker.refuse(reading.reason, '', 0, bytes.length);
  }
}

/** The first byte that is not JSON white space, or -1. */
export function firstByte(bytes: Buffer): number {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
  }
  return -1;
}

/** Newline-delimited JSON; empty lines are passed over. */
function eachLine(bytes: Buffer, { limits }: StreamRules, taker: ReadingTaker): void {
  let count = 0;
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found;
    const carriage = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
    if (carriage > start) {
      if (++count > limits.batchReadings) {
        taker.refuse(REASON.tooManyReadings.number, `reading ${count}`, start, bytes.length);
        return;
      }
      taker.json(start, carriage);
    }
    start = end + 1;
  }
}

/** A JSON array of readings. What does not decode ends it: the readings before stand. */
function eachOfArray(bytes: Buffer, { limits }: StreamRules, parser: JsonParser, taker: ReadingTaker): void {
  let at = bytes.indexOf(0x5b) + 1;
  const broken = (reason: number, from: number): void => taker.refuse(reason, `byte ${parser.at}`, from, bytes.length);
  for (let count = 1; ; count++) {
    const start = at;
    const value = parser.parseNext(bytes, start, bytes.length);
    if (value === undefined) {
      // `[]` and the white space in it are no readings.
      if (count === 1 && bytes[parser.at] === 0x5d && parser.atEndAfter(bytes, parser.at + 1)) return;
      broken(parser.reason, start);
      return;
    }
    const end = parser.at;
    if (count > limits.batchReadings) {
      taker.refuse(REASON.tooManyReadings.number, `reading ${count}`, start, bytes.length);
      return;
    }
    if (end - start > limits.payloadBytes) taker.refuse(REASON.size.number, '', start, end);
    else if (value instanceof Map) taker.object(value, null, start, end);
    else taker.refuse(REASON.schemaShape.number, '', start, end);
    at = end + 1;
    if (bytes[end] === 0x2c) continue;
    if (bytes[end] !== 0x5d || !parser.atEndAfter(bytes, at)) broken(REASON.decode.number, end);
    return;
  }
}
