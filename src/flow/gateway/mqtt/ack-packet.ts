import { PacketType } from './packet-type.ts';
import type { ProtocolVersion } from './packet-type.ts';
import { ACK_PROPERTIES, passProperties } from './property-section.ts';
import { ReasonCode } from './reason-code.ts';

/** The first byte of each acknowledgement; a PUBREL has a fixed flag [MQTT-3.6.1-1]. */
export const ACK_HEAD = {
  puback: PacketType.Puback << 4,
  pubrec: PacketType.Pubrec << 4,
  pubrel: (PacketType.Pubrel << 4) | 2,
  pubcomp: PacketType.Pubcomp << 4,
} as const;

/** A decoded PUBACK, PUBREC, PUBREL or PUBCOMP. */
export interface AckFields {
  packetId: number;
  reason: number;
}

/**
 * Decodes a PUBACK, PUBREC, PUBREL or PUBCOMP; its properties are for people: they must be right, and are not read.
 *
 * @returns 0, or the reason code to disconnect with
 * @see MQTT 5 sections 3.4 to 3.7
 */
export function decodeAck(data: Buffer, start: number, end: number, version: ProtocolVersion, out: AckFields): number {
  const length = end - start;
  if (length < 2 || (version === 4 && length !== 2)) return ReasonCode.MalformedPacket;
  out.packetId = (data[start]! << 8) | data[start + 1]!;
  out.reason = length > 2 ? data[start + 2]! : 0;
  if (out.packetId === 0) return version === 5 ? ReasonCode.ProtocolError : ReasonCode.MalformedPacket;
  if (length < 4) return 0;
  const next = passProperties(data, start + 3, end, ACK_PROPERTIES);
  return next < 0 ? -next : next === end ? 0 : ReasonCode.MalformedPacket;
}

/**
 * Writes an acknowledgement in its shortest form.
 *
 * @param out has room for `ackLength(properties)` bytes from `at`
 * @param reason 0 in MQTT 3.1.1, which has none
 * @param properties an encoded property section, or null
 * @returns the place behind it
 */
export function writeAck(
  out: Uint8Array,
  at: number,
  head: number,
  packetId: number,
  reason: number,
  properties: Uint8Array | null,
): number {
  out[at] = head;
  const length = properties !== null ? 3 + properties.length : reason === 0 ? 2 : 3;
  const from = writeVarint(out, at + 1, length);
  out[from] = packetId >> 8;
  out[from + 1] = packetId & 0xff;
  if (length > 2) out[from + 2] = reason;
  if (properties !== null) out.set(properties, from + 3);
  return from + length;
}

/** Most bytes that `writeAck` takes. */
export function ackLength(properties: Uint8Array | null): number {
  return properties === null ? 5 : 6 + properties.length;
}

/** Packets that `writeAck` wrote, one after the other. */
export function* readAcks(bytes: Uint8Array): Generator<[head: number, packetId: number, reason: number]> {
  for (let at = 0; at < bytes.length;) {
    const low = bytes[at + 1]!;
    const from = low < 0x80 ? at + 2 : at + 3;
    const length = low < 0x80 ? low : (low & 0x7f) | (bytes[at + 2]! << 7);
    yield [bytes[at]!, (bytes[from]! << 8) | bytes[from + 1]!, length === 2 ? 0 : bytes[from + 2]!];
    at = from + length;
  }
}

/** Bytes of UTF-8 of a reason string, and of one user property. */
const MOST_STRING = 240;
const MOST_PROPERTY = 120;
const REASON_STRING = 0x1f;
const USER_PROPERTY = 0x26;

/**
 * Reason string and user properties as the whole property section of an acknowledgement.
 *
 * @param text untrusted, as the values: what no string of MQTT may hold is replaced, and what is too long is cut
 * @param user at most eight properties
 * @see MQTT 5 section 3.4.2.2
 */
export function encodeAckProperties(text: string, user: Readonly<Record<string, string>> = {}): Uint8Array {
  const words = stringOf(text, MOST_STRING);
  const parts = [Buffer.of(REASON_STRING), words];
  for (const [name, value] of Object.entries(user)) {
    parts.push(Buffer.of(USER_PROPERTY), stringOf(name, MOST_PROPERTY), stringOf(value, MOST_PROPERTY));
  }
  const content = Buffer.concat(parts);
  const section = Buffer.alloc(content.length + 2);
  const from = writeVarint(section, 0, content.length);
  section.set(content, from);
  return section.subarray(0, from + content.length);
}

/** What no string of MQTT should hold [MQTT-1.5.4-2]. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** A UTF-8 string with its length, without control characters and half characters [MQTT-1.5.4-1]. */
function stringOf(text: string, most: number): Buffer {
  const clean = text.slice(0, most).toWellFormed().replaceAll(CONTROLS, '?');
  const bytes = Buffer.alloc(2 + most);
  const { written } = new TextEncoder().encodeInto(clean, bytes.subarray(2));
  bytes.writeUInt16BE(written);
  return bytes.subarray(0, 2 + written);
}

/** A variable byte integer below 16,384. @returns the place behind it */
function writeVarint(out: Uint8Array, at: number, value: number): number {
  if (value < 0x80) {
    out[at] = value;
    return at + 1;
  }
  out[at] = (value & 0x7f) | 0x80;
  out[at + 1] = value >> 7;
  return at + 2;
}
