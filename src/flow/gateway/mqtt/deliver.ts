import type { Packet } from 'mqtt-packet';
import type { Client } from './client.ts';
import { encodePacket } from './library-codec.ts';
import { MAX_QUEUED_COMMANDS } from './session.ts';
import type { Command, Session, Subscription } from './session.ts';
import { matchesFilter } from './topic-filter.ts';

/**
 * Gives a command to a session: sent at once if there is room, else queued.
 *
 * One message goes out however many subscriptions match; it carries all their identifiers [MQTT-3.3.4-3, -4].
 *
 * @param only the one subscription that asked for what is retained, or null for all
 */
export function offer(client: Client, command: Command, only: Subscription | null = null): void {
  const session = client.session;
  if (session === null) return;
  const matching = matchingSubscriptions(session, command.topic, only);
  if (matching.length === 0) return;
  if (matching.every(({ qos }) => qos === 0)) return sendOnce(client, command, matching);
  if (session.queue.length >= MAX_QUEUED_COMMANDS) {
    return client.context.hub.undelivered(session.device, command.id, 'queue-full');
  }
  session.queue.push(command);
  deliver(client);
}

/** Sends what is queued, as far as the client's receive maximum allows. */
export function deliver(client: Client): void {
  const session = client.session;
  if (session === null || client.state !== 'open') return;
  while (session.queue.length > 0 && session.inFlight.size < client.receiveMaximum) {
    const command = session.queue.shift()!;
    if (isExpired(client, command)) {
      client.context.hub.undelivered(session.device, command.id, 'expired');
      continue;
    }
    const packetId = session.nextPacketId();
    const packet = toPacket(client, command, packetId, false);
    if (!fits(client, packet, session, command)) continue;
    session.inFlight.set(packetId, command);
    client.send(packet);
  }
}

/** Sends again what was not acknowledged before the connection broke [MQTT-4.4.0-1], then what waits. */
export function redeliver(client: Client): void {
  const session = client.session;
  if (session === null) return;
  for (const [packetId, command] of session.inFlight) {
    client.send(toPacket(client, command, packetId, true));
  }
  deliver(client);
}

function sendOnce(client: Client, command: Command, matching: readonly Subscription[]): void {
  const packet = toPacket(client, command, 0, false, matching);
  const session = client.session;
  if (session === null || isExpired(client, command) || !fits(client, packet, session, command)) return;
  client.send(packet);
  client.context.hub.delivered(session.device, command.id);
}

function fits(client: Client, packet: Packet, session: Session, command: Command): boolean {
  if (client.maximumPacketSize === Number.MAX_SAFE_INTEGER) return true;
  if (encodePacket(packet, client.version).length <= client.maximumPacketSize) return true;
  // [MQTT-3.1.2-25]: it is dropped as if it had been sent.
  client.context.hub.undelivered(session.device, command.id, 'packet-too-large');
  return false;
}

function isExpired(client: Client, { expires }: Command): boolean {
  return expires !== null && expires <= client.context.clock.now();
}

function matchingSubscriptions(session: Session, topic: string, only: Subscription | null): Subscription[] {
  if (only !== null) return [only];
  return [...session.subscriptions.values()].filter(({ filter }) => matchesFilter(filter, topic));
}

function toPacket(
  client: Client,
  command: Command,
  packetId: number,
  dup: boolean,
  known?: readonly Subscription[],
): Packet {
  const { topic, payload, contentType, expires, retain } = command;
  const matching = known ?? (client.session === null ? [] : matchingSubscriptions(client.session, topic, null));
  const ids = matching.flatMap(({ id }) => (id === null ? [] : [id]));
  const seconds = expires === null ? null : Math.max(1, Math.ceil((expires - client.context.clock.now()) / 1_000_000));
  return {
    cmd: 'publish',
    topic,
    payload: Buffer.from(payload),
    qos: packetId === 0 ? 0 : 1,
    dup,
    // RETAIN tells a message that was kept from one that is new [MQTT-3.3.1-8, -12, -13].
    retain: retain === 'kept' || (retain === 'keep' && matching.some(({ retainAsPublished }) => retainAsPublished)),
    ...(packetId === 0 ? {} : { messageId: packetId }),
    ...(client.version === 5
      ? {
          properties: {
            ...(contentType === null ? {} : { contentType }),
            ...(seconds === null ? {} : { messageExpiryInterval: seconds }),
            ...(ids.length === 0 ? {} : { subscriptionIdentifier: ids }),
          },
        }
      : {}),
  };
}
