import type { ISubscribePacket, ISubscription } from 'mqtt-packet';
import type { Client } from '../client.ts';
import { offer } from '../deliver.ts';
import { decodePacket, encodePacket, isWellFormed } from '../library-codec.ts';
import { SUBSCRIBE_PROPERTIES, checkProperties } from '../property-section.ts';
import { ReasonCode } from '../reason-code.ts';
import { confirmSubscriptions } from '../confirm-subscriptions.ts';
import { MAX_SUBSCRIPTIONS } from '../session.ts';
import type { Session, Subscription } from '../session.ts';
import { checkFilter, matchesFilter } from '../topic-filter.ts';

/** Filters in one packet at most. */
const MAX_FILTERS = MAX_SUBSCRIPTIONS;

/**
 * SUBSCRIBE: a device hears its own commands and nothing else.
 *
 * @param frame the whole packet
 * @see MQTT 5 section 3.8
 */
export async function handleSubscribe(client: Client, frame: Buffer): Promise<void> {
  const decoded = decodePacket(frame, client.version);
  if ('reason' in decoded || decoded.packet.cmd !== 'subscribe') {
    return client.disconnect(ReasonCode.MalformedPacket, 'malformed-subscribe');
  }
  const packet = decoded.packet;
  const session = client.session;
  const refusal = checkProperties(frame, client.version, 2, SUBSCRIBE_PROPERTIES) || checkSubscribe(packet);
  if (refusal !== 0 || session === null) return client.disconnect(refusal, 'malformed-subscribe');
  const wanted: Subscription[] = [];
  const granted = packet.subscriptions.map((asked) => subscribe(client, session, packet, asked, wanted));
  answer(client, session, packet.messageId ?? 0, granted);
  if (wanted.length > 0) await deliverRetained(client, session, wanted);
}

function checkSubscribe(packet: ISubscribePacket): number {
  const { messageId } = packet;
  if (messageId === undefined || messageId < 1) return ReasonCode.ProtocolError;
  // No filter at all is a protocol error [MQTT-3.8.3-2].
  if (packet.subscriptions.length === 0) return ReasonCode.ProtocolError;
  if (packet.subscriptions.length > MAX_FILTERS) return ReasonCode.QuotaExceeded;
  return packet.subscriptions.every(({ topic }) => isWellFormed(topic)) ? 0 : ReasonCode.MalformedPacket;
}

/**
 * @param retained is given the subscription where what is retained must be sent
 * @returns the code for the SUBACK
 */
function subscribe(
  client: Client,
  session: Session,
  packet: ISubscribePacket,
  asked: ISubscription,
  retained: Subscription[],
): number {
  const { topic: filter, qos, rap, rh } = asked;
  const refusal = checkFilter(filter, session.device);
  if (refusal !== 0) {
    client.context.metrics.count('gateway_subscriptions_refused', { reason: refusal.toString(16) });
    return refusal;
  }
  const known = session.subscriptions.has(filter);
  if (!known && session.subscriptions.size >= MAX_SUBSCRIPTIONS) return ReasonCode.QuotaExceeded;
  const subscription: Subscription = {
    filter,
    qos,
    id: packet.properties?.subscriptionIdentifier ?? null,
    retainAsPublished: rap === true,
  };
  session.subscriptions.set(filter, subscription);
  // Retain handling: 0 always, 1 for a new subscription, 2 never [MQTT-3.3.1-9 to -11].
  if (rh === undefined || rh === 0 || (rh === 1 && !known)) retained.push(subscription);
  return subscription.qos;
}

function answer(client: Client, session: Session, messageId: number, granted: number[]): void {
  const codes = client.version === 5 ? granted : granted.map((code) => (code >= 0x80 ? 0x80 : code));
  confirmSubscriptions(client, session, encodePacket({ cmd: 'suback', messageId, granted: codes }, client.version));
}

async function deliverRetained(client: Client, session: Session, wanted: readonly Subscription[]): Promise<void> {
  const commands = await client.context.hub.retained(session.device).catch(() => []);
  if (client.session !== session || client.state !== 'open') return;
  for (const subscription of wanted) {
    for (const command of commands) {
      if (matchesFilter(subscription.filter, command.topic)) offer(client, command, subscription);
    }
  }
}
