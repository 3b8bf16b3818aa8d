import { ACK_HEAD, decodeAck } from '../ack-packet.ts';
import type { Client } from '../client.ts';
import { deliver } from '../deliver.ts';
import { ReasonCode } from '../reason-code.ts';
import { recordChange } from '../session-journal.ts';
import { REFUSED_BY_DEVICE } from '../session.ts';

/**
 * PUBREC: the device has a command of QoS 2, or refuses it. From here on only its packet id is kept, until PUBCOMP.
 *
 * @see MQTT 5 sections 3.5 and 4.3.3
 */
export function handlePubrec(client: Client, data: Buffer, start: number, end: number): void {
  const { ack, hub, ingest } = client.context;
  const malformed = decodeAck(data, start, end, client.version, ack);
  if (malformed !== 0) return client.disconnect(malformed, 'malformed-ack');
  const session = client.session;
  if (session === null) return;
  const { packetId, reason } = ack;
  const { generation } = session;
  const sent = session.inFlight.get(packetId);
  if (sent === undefined) {
    client.acknowledge(ACK_HEAD.pubrel, packetId, ReasonCode.PacketIdNotFound, null);
    return;
  }
  if (sent.qos === 1) return client.disconnect(ReasonCode.ProtocolError, 'unexpected-packet');
  if (reason >= 0x80) {
    // A refusal ends the exchange: there is no PUBREL [MQTT-4.3.3-4].
    session.settle(packetId);
    recordChange(ingest, session, { kind: 'completed', generation, packetId });
    if (!sent.taken) hub.undelivered(session.device, sent.id, REFUSED_BY_DEVICE);
    return deliver(client);
  }
  if (!sent.taken) {
    session.inFlight.set(packetId, { ...sent, taken: true, command: null });
    recordChange(ingest, session, { kind: 'taken', generation, packetId });
    hub.delivered(session.device, sent.id);
  }
  client.acknowledge(ACK_HEAD.pubrel, packetId, 0, null);
}
