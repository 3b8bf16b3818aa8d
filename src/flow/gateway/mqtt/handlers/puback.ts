import { decodeAck } from '../ack-packet.ts';
import type { Client } from '../client.ts';
import { deliver } from '../deliver.ts';
import { ReasonCode } from '../reason-code.ts';
import { REFUSED_BY_DEVICE } from '../session.ts';

/**
 * PUBACK: a command arrived, and there is room for the next.
 *
 * @see MQTT 5 section 3.4
 */
export function handlePuback(client: Client, data: Buffer, start: number, end: number): void {
  const { ack, hub } = client.context;
  const malformed = decodeAck(data, start, end, client.version, ack);
  if (malformed !== 0) return client.disconnect(malformed, 'malformed-ack');
  const session = client.session;
  const sent = session?.inFlight.get(ack.packetId);
  // A PUBACK for nothing may come after a takeover and does no harm.
  if (session === null || sent === undefined) return;
  if (sent.qos === 2) return client.disconnect(ReasonCode.ProtocolError, 'unexpected-packet');
  session.settle(ack.packetId);
  if (ack.reason < 0x80) hub.delivered(session.device, sent.id);
  else hub.undelivered(session.device, sent.id, REFUSED_BY_DEVICE);
  deliver(client);
}
