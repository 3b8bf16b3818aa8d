import { isUtf8 } from 'node:buffer';
import type { ProtocolVersion } from './packet-type.ts';
import { ReasonCode } from './reason-code.ts';

/** How the value of a property lies on the wire; `some` are numbers that may not be 0. */
type Form = 'flag' | 'two' | 'some-two' | 'four' | 'some-four' | 'some-varint' | 'text' | 'binary' | 'pair';

/** The properties that a packet may carry, by their number. @see MQTT 5 section 2.2.2.2 */
export type Properties = ReadonlyMap<number, Form>;

const USER_PROPERTY = 0x26;
/** It alone may come more than once. */
const USER = [USER_PROPERTY, 'pair'] as const;
const SESSION_EXPIRY = [0x11, 'four'] as const;
const REASON_STRING = [0x1f, 'text'] as const;

export const CONNECT_PROPERTIES: Properties = new Map<number, Form>([
  SESSION_EXPIRY,
  [0x15, 'text'],
  [0x16, 'binary'],
  [0x17, 'flag'],
  [0x19, 'flag'],
  [0x21, 'some-two'],
  [0x22, 'two'],
  [0x27, 'some-four'],
  USER,
]);
export const WILL_PROPERTIES: Properties = new Map<number, Form>([
  [0x01, 'flag'],
  [0x02, 'four'],
  [0x03, 'text'],
  [0x08, 'text'],
  [0x09, 'binary'],
  [0x18, 'four'],
  USER,
]);
export const SUBSCRIBE_PROPERTIES: Properties = new Map<number, Form>([[0x0b, 'some-varint'], USER]);
export const UNSUBSCRIBE_PROPERTIES: Properties = new Map<number, Form>([USER]);
export const ACK_PROPERTIES: Properties = new Map<number, Form>([REASON_STRING, USER]);
export const DISCONNECT_PROPERTIES: Properties = new Map<number, Form>([SESSION_EXPIRY, REASON_STRING, USER]);

/**
 * Goes over the section of properties at a place and says whether it is as it must be, which the library does not: it
 * takes properties of other packets, such as come twice, flags of any value and values that go beyond the section.
 *
 * @param at where its length begins
 * @param end of the packet
 * @returns the place behind it, or the negative of the reason code to disconnect with
 */
export function passProperties(data: Buffer, at: number, end: number, allowed: Properties): number {
  const section = varintAt(data, at, end);
  if (section === null || section.next + section.value > end) return -ReasonCode.MalformedPacket;
  const stop = section.next + section.value;
  const seen = new Set<number>();
  // Untrusted: every turn consumes at least one byte of a packet whose size is bounded.
  for (let from = section.next; from < stop;) {
    const id = data[from]!;
    const form = allowed.get(id);
    if (form === undefined || (id !== USER_PROPERTY && seen.has(id))) return -ReasonCode.ProtocolError;
    seen.add(id);
    from = passValue(data, from + 1, stop, form);
    if (from < 0) return from;
  }
  return stop;
}

/**
 * The same for the one section of a whole packet.
 *
 * @param offset of its length behind the fixed header; where nothing is there the library says whether there must be
 * @returns 0, or the reason code to disconnect with
 */
export function checkProperties(frame: Buffer, version: ProtocolVersion, offset: number, allowed: Properties): number {
  const at = (varintAt(frame, 1, frame.length)?.next ?? frame.length) + offset;
  if (version === 4 || at >= frame.length) return 0;
  const next = passProperties(frame, at, frame.length, allowed);
  return next < 0 ? -next : 0;
}

function passValue(data: Buffer, at: number, stop: number, form: Form): number {
  switch (form) {
    case 'flag':
      return number(at < stop ? data[at]! : null, at + 1, (value) => value < 2);
    case 'two':
    case 'some-two':
      return number(at + 2 > stop ? null : data.readUInt16BE(at), at + 2, (value) => form === 'two' || value > 0);
    case 'four':
    case 'some-four':
      return number(at + 4 > stop ? null : data.readUInt32BE(at), at + 4, (value) => form === 'four' || value > 0);
    case 'some-varint': {
      const found = varintAt(data, at, stop);
      return number(found?.value ?? null, found?.next ?? 0, (value) => value > 0);
    }
    case 'binary':
      return passBytes(data, at, stop, () => true);
    case 'text':
      return passBytes(data, at, stop, isText);
    case 'pair': {
      const next = passBytes(data, at, stop, isText);
      return next < 0 ? next : passBytes(data, next, stop, isText);
    }
  }
}

function number(value: number | null, next: number, mayBe: (value: number) => boolean): number {
  if (value === null) return -ReasonCode.MalformedPacket;
  return mayBe(value) ? next : -ReasonCode.ProtocolError;
}

/** Bytes behind their length in two bytes. */
function passBytes(data: Buffer, at: number, stop: number, mayBe: (bytes: Buffer) => boolean): number {
  if (at + 2 > stop) return -ReasonCode.MalformedPacket;
  const next = at + 2 + data.readUInt16BE(at);
  return next <= stop && mayBe(data.subarray(at + 2, next)) ? next : -ReasonCode.MalformedPacket;
}

/** @see MQTT 5 section 1.5.4 */
function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

/** A variable byte integer in its shortest form [MQTT-1.5.5-1]; null where there is none. */
export function varintAt(data: Uint8Array, at: number, end: number): { value: number; next: number } | null {
  let value = 0;
  for (let i = 0; i < 4 && at + i < end; i++) {
    const byte = data[at + i]!;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return byte === 0 && i > 0 ? null : { value, next: at + i + 1 };
  }
  return null;
}
