import { PacketType } from './packet-type.ts';
import type { ProtocolVersion } from './packet-type.ts';
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
 * Decodes a PUBACK, PUBREC, PUBREL or PUBCOMP; its properties are for people and are not read.
 *
 * @returns 0, or the reason code to disconnect with
 * @see MQTT 5 sections 3.4 to 3.7
 */
export function decodeAck(
  data: Uint8Array,
  start: number,
  end: number,
  version: ProtocolVersion,
  out: AckFields,
): number {
  const length = end - start;
  if (length < 2 || (version === 4 && length !== 2)) return ReasonCode.MalformedPacket;
  out.packetId = (data[start]! << 8) | data[start + 1]!;
  out.reason = length > 2 ? data[start + 2]! : 0;
  if (out.packetId === 0) return version === 5 ? ReasonCode.ProtocolError : ReasonCode.MalformedPacket;
  return 0;
}

/**
 * Writes an acknowledgement in its shortest form.
 *
 * @param out has room for `ackLength(reason, text)` bytes from `at`
 * @param reason ignored in MQTT 3.1.1, which has none
 * @param text an encoded reason string property, or null
 * @returns the place behind it
 */
export function writeAck(
  out: Uint8Array,
  at: number,
  head: number,
  packetId: number,
  reason: number,
  text: Uint8Array | null,
): number {
  out[at] = head;
  out[at + 2] = packetId >> 8;
  out[at + 3] = packetId & 0xff;
  if (reason === 0) {
    out[at + 1] = 2;
    return at + 4;
  }
  out[at + 4] = reason;
  if (text === null) {
    out[at + 1] = 3;
    return at + 5;
  }
  out[at + 1] = 3 + text.length;
  out.set(text, at + 5);
  return at + 5 + text.length;
}

/** Most bytes that `writeAck` takes. */
export function ackLength(text: Uint8Array | null): number {
  return 5 + (text === null ? 0 : text.length);
}

/** Longest reason string: it keeps the property length and the remaining length within one byte. */
const MAX_REASON_STRING = 100;

/** A reason string as the whole property section of an acknowledgement. @see MQTT 5 section 3.4.2.2.2 */
export function encodeReasonString(text: string): Uint8Array {
  const words = Buffer.from(text.slice(0, MAX_REASON_STRING), 'latin1');
  return Buffer.concat([Buffer.of(words.length + 3, 0x1f, 0, words.length), words]);
}
