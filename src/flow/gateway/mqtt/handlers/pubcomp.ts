import { decodeAck } from '../ack-packet.ts';
import type { Client } from '../client.ts';
import { deliver } from '../deliver.ts';
import { ReasonCode } from '../reason-code.ts';
import { recordChange } from '../session-journal.ts';

/**
 * PUBCOMP: the exchange of a command of QoS 2 is over, and there is room for the next.
 *
 * @see MQTT 5 sections 3.7 and 4.3.3
 */
export function handlePubcomp(client: Client, data: Buffer, start: number, end: number): void {
  const { ack, ingest } = client.context;
  const malformed = decodeAck(data, start, end, client.version, ack);
  if (malformed !== 0) return client.disconnect(malformed, 'malformed-ack');
  const session = client.session;
  const { packetId } = ack;
  const sent = session?.inFlight.get(packetId);
  // One for nothing answers a PUBREL that said so, and does no harm.
  if (session === null || sent === undefined) return;
  if (!sent.taken) return client.disconnect(ReasonCode.ProtocolError, 'unexpected-packet');
  session.settle(packetId);
  recordChange(ingest, session, { kind: 'completed', generation: session.generation, packetId });
  deliver(client);
}
