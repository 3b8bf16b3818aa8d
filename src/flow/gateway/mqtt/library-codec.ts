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
