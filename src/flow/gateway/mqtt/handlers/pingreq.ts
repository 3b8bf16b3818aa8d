import type { Client } from '../client.ts';
import { PacketType } from '../packet-type.ts';
import { ReasonCode } from '../reason-code.ts';

const PINGRESP = Buffer.of(PacketType.Pingresp << 4, 0);

/** PINGREQ: still there. @see MQTT 5 section 3.12 */
export function handlePingreq(client: Client, start: number, end: number): void {
  if (start !== end) return client.disconnect(ReasonCode.MalformedPacket, 'malformed-ping');
  client.write(PINGRESP);
}
