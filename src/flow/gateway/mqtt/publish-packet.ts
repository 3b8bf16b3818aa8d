import { ReasonCode } from './reason-code.ts';
import type { ProtocolVersion } from './packet-type.ts';

/** The parts of a PUBLISH as offsets into the bytes received; filled anew by each `decodePublish`. */
export interface PublishFields {
  topicStart: number;
  topicEnd: number;
  /** 0 for QoS 0. */
  packetId: number;
  payloadStart: number;
  /** 0 where none is given. */
  topicAlias: number;
  /** Both 0 where no content type is given. */
  contentTypeStart: number;
  contentTypeEnd: number;
}

export function emptyPublish(): PublishFields {
  return {
    topicStart: 0,
    topicEnd: 0,
    packetId: 0,
    payloadStart: 0,
    topicAlias: 0,
    contentTypeStart: 0,
    contentTypeEnd: 0,
  };
}

/**
 * Decodes a PUBLISH where it lies: no copy, no object per packet.
 *
 * @param flags lower half of the first byte
 * @param start first byte after the fixed header
 * @param end first byte after the packet
 * @returns 0, or the reason code to disconnect with
 * @see MQTT 5 section 3.3, MQTT 3.1.1 section 3.3
 */
export function decodePublish(
  data: Uint8Array,
  flags: number,
  start: number,
  end: number,
  version: ProtocolVersion,
  out: PublishFields,
): number {
  const qos = (flags >> 1) & 3;
  if (qos === 3) return ReasonCode.MalformedPacket;
  // A copy of a QoS 0 message cannot be a redelivery [MQTT-3.3.1-2].
  if (qos === 0 && (flags & 8) !== 0) return ReasonCode.MalformedPacket;
  if (start + 2 > end) return ReasonCode.MalformedPacket;
  out.topicStart = start + 2;
  let at = out.topicStart + ((data[start]! << 8) | data[start + 1]!);
  if (at > end) return ReasonCode.MalformedPacket;
  out.topicEnd = at;
  out.packetId = 0;
  if (qos > 0) {
    if (at + 2 > end) return ReasonCode.MalformedPacket;
    out.packetId = (data[at]! << 8) | data[at + 1]!;
    at += 2;
    if (out.packetId === 0) return version === 5 ? ReasonCode.ProtocolError : ReasonCode.MalformedPacket;
  }
  out.topicAlias = 0;
  out.contentTypeStart = 0;
  out.contentTypeEnd = 0;
  out.payloadStart = at;
  if (version === 4) return 0;
  if (at < end && data[at] === 0) {
    out.payloadStart = at + 1;
    return 0;
  }
  return decodeProperties(data, at, end, out);
}

/** Longest form of a variable byte integer. */
const VARINT_BYTES = 4;

function decodeProperties(data: Uint8Array, start: number, end: number, out: PublishFields): number {
  let length = 0;
  let at = start;
  for (let n = 0; ; n++) {
    if (n === VARINT_BYTES || at >= end) return ReasonCode.MalformedPacket;
    const byte = data[at++]!;
    length |= (byte & 0x7f) << (7 * n);
    if (byte >= 0x80) continue;
    // A longer form than needed is malformed [MQTT-1.5.5-1].
    if (byte === 0 && n > 0) return ReasonCode.MalformedPacket;
    break;
  }
  const stop = at + length;
  if (stop > end) return ReasonCode.MalformedPacket;
  out.payloadStart = stop;
  let seen = 0;
  // Untrusted: every turn consumes at least one byte of a packet whose size is bounded.
  while (at < stop) {
    const id = data[at++]!;
    // Only user properties may come twice [MQTT-3.3.2-8 and others].
    if (id !== USER_PROPERTY && id < 32) {
      if ((seen & (1 << id)) !== 0) return ReasonCode.ProtocolError;
      seen |= 1 << id;
    }
    switch (id) {
      case PAYLOAD_FORMAT:
        if (at >= stop) return ReasonCode.MalformedPacket;
        if (data[at]! > 1) return ReasonCode.ProtocolError;
        at += 1;
        break;
      case MESSAGE_EXPIRY:
        at += 4;
        break;
      case CONTENT_TYPE: {
        const next = skipBinary(data, at, stop);
        if (next === -1) return ReasonCode.MalformedPacket;
        out.contentTypeStart = at + 2;
        out.contentTypeEnd = next;
        at = next;
        break;
      }
      case RESPONSE_TOPIC:
      case CORRELATION_DATA:
        at = skipBinary(data, at, stop);
        break;
      case TOPIC_ALIAS:
        if (at + 2 > stop) return ReasonCode.MalformedPacket;
        if (out.topicAlias !== 0) return ReasonCode.ProtocolError;
        out.topicAlias = (data[at]! << 8) | data[at + 1]!;
        if (out.topicAlias === 0) return ReasonCode.TopicAliasInvalid;
        at += 2;
        break;
      case USER_PROPERTY:
        at = skipBinary(data, at, stop);
        if (at !== -1) at = skipBinary(data, at, stop);
        break;
      default:
        // Among them the subscription identifier, which only a server may send [MQTT-3.3.4-6].
        return ReasonCode.ProtocolError;
    }
    if (at === -1 || at > stop) return ReasonCode.MalformedPacket;
  }
  return 0;
}

const PAYLOAD_FORMAT = 0x01;
const MESSAGE_EXPIRY = 0x02;
const CONTENT_TYPE = 0x03;
const RESPONSE_TOPIC = 0x08;
const CORRELATION_DATA = 0x09;
const TOPIC_ALIAS = 0x23;
const USER_PROPERTY = 0x26;

/** The place behind a length-prefixed string or binary; -1 where it does not fit. */
function skipBinary(data: Uint8Array, at: number, stop: number): number {
  if (at + 2 > stop) return -1;
  const next = at + 2 + ((data[at]! << 8) | data[at + 1]!);
  return next > stop ? -1 : next;
}
