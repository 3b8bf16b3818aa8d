import type { Client } from '../client.ts';
import { decodePacket, encodePacket } from '../library-codec.ts';
import { UNSUBSCRIBE_PROPERTIES, checkProperties } from '../property-section.ts';
import { ReasonCode } from '../reason-code.ts';
import { confirmSubscriptions } from '../confirm-subscriptions.ts';

/**
 * UNSUBSCRIBE: what is queued already still goes out.
 *
 * @param frame the whole packet
 * @see MQTT 5 section 3.10
 */
export function handleUnsubscribe(client: Client, frame: Buffer): void {
  const decoded = decodePacket(frame, client.version);
  if ('reason' in decoded || decoded.packet.cmd !== 'unsubscribe') {
    return client.disconnect(ReasonCode.MalformedPacket, 'malformed-unsubscribe');
  }
  const { messageId, unsubscriptions } = decoded.packet;
  const refusal = checkProperties(frame, client.version, 2, UNSUBSCRIBE_PROPERTIES);
  if (refusal !== 0) return client.disconnect(refusal, 'malformed-unsubscribe');
  if (messageId === undefined || messageId < 1 || unsubscriptions.length === 0) {
    return client.disconnect(ReasonCode.ProtocolError, 'malformed-unsubscribe');
  }
  const session = client.session;
  if (session === null) return;
  const granted = unsubscriptions.map((filter) =>
    session.subscriptions.delete(filter) ? ReasonCode.Success : ReasonCode.NoSubscriptionExisted,
  );
  const codes = client.version === 5 ? granted : [];
  confirmSubscriptions(client, session, encodePacket({ cmd: 'unsuback', messageId, granted: codes }, client.version));
}
