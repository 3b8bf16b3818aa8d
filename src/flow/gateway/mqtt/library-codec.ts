import { generate, parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { ReasonCode } from './reason-code.ts';
import type { ProtocolVersion } from './packet-type.ts';

/** A packet, or the reason code to disconnect with. */
export type Decoded = { readonly packet: Packet } | { readonly reason: number };

/**
 * Decodes one whole packet that is none of those on the fast path.
 *
 * A parser lives for one packet: what a malformed one leaves behind cannot reach the next.
 *
 * @param frame the packet from its first byte to its last
 */
export function decodePacket(frame: Buffer, version: ProtocolVersion): Decoded {
  let packet: Packet | null = null;
  let failed = false;
  const decoder = parser({ protocolVersion: version });
  decoder.on('packet', (found: Packet) => {
    packet = found;
  });
  decoder.on('error', () => {
    failed = true;
  });
  try {
    decoder.parse(frame);
  } catch {
    failed = true;
  }
  if (failed || packet === null) return { reason: ReasonCode.MalformedPacket };
  return { packet };
}

/** The bytes of a packet. */
export function encodePacket(packet: Packet, version: ProtocolVersion): Buffer {
  return generate(packet, { protocolVersion: version });
}

/**
 * Whether a text from the library's decoder was well formed.
 *
 * The library replaces malformed UTF-8 by U+FFFD, so a text that holds one is taken for malformed; U+0000 is forbidden.
 *
 * @see MQTT 5 section 1.5.4
 */
export function isWellFormed(text: string): boolean {
  return !text.includes('\0') && !text.includes('\uFFFD');
}

/**
 * Checks what the library lets pass: properties that came twice, values cut short, and those of other packets.
 *
 * @param allowed names of the properties that the packet may carry
 * @returns 0, or the reason code to disconnect with
 */
export function checkProperties(properties: object | undefined, allowed: ReadonlySet<string>): number {
  if (properties === undefined) return 0;
  for (const [name, value] of Object.entries(properties)) {
    if (!allowed.has(name)) return ReasonCode.ProtocolError;
    if (name === 'userProperties') continue;
    if (Array.isArray(value)) return ReasonCode.ProtocolError;
    if (value === null || value === undefined || value === false || value === -1) {
      // The library reads a byte of 0 as false: only for those is it a value.
      if (!(value === false && BYTE_PROPERTIES.has(name))) return ReasonCode.MalformedPacket;
    }
    if (typeof value === 'string' && !isWellFormed(value)) return ReasonCode.MalformedPacket;
  }
  return 0;
}

const BYTE_PROPERTIES: ReadonlySet<string> = new Set([
  'payloadFormatIndicator',
  'requestProblemInformation',
  'requestResponseInformation',
]);
