import { ACK_HEAD, decodeAck } from '../ack-packet.ts';
import type { Client } from '../client.ts';
import { ReasonCode } from '../reason-code.ts';
import { recordChange } from '../session-journal.ts';

/**
 * PUBREL: the exchange of a QoS 2 message is over, its packet id may be used again.
 *
 * @see MQTT 5 section 4.3.3
 */
export function handlePubrel(client: Client, data: Buffer, start: number, end: number): void {
  const { ack, ingest } = client.context;
  const malformed = decodeAck(data, start, end, client.version, ack);
  if (malformed !== 0) return client.disconnect(malformed, 'malformed-ack');
  const session = client.session;
  if (session === null) return;
  const { packetId } = ack;
  if (!session.received.delete(packetId)) {
    client.acknowledge(ACK_HEAD.pubcomp, packetId, ReasonCode.PacketIdNotFound, null);
    return;
  }
  recordChange(ingest, session, { kind: 'released', generation: session.generation, packetId });
  client.acknowledge(ACK_HEAD.pubcomp, packetId, 0, null);
}
