import type { Packet } from 'mqtt-packet';
import type { Client } from './client.ts';
import { ACK_HEAD } from './ack-packet.ts';
import { encodePacket } from './library-codec.ts';
import { MAX_QUEUED_COMMANDS } from './session.ts';
import { recordChange } from './session-journal.ts';
import type { Command, Sent, Session, Subscription } from './session.ts';
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
  if (session === null || matchingSubscriptions(session, command.topic, only).length === 0) return;
  if (session.queue.length >= MAX_QUEUED_COMMANDS) {
    return client.context.hub.undelivered(session.device, command.id, 'queue-full');
  }
  session.queue.push(command);
  deliver(client);
}

/**
 * Sends what is to be sent again, then what is queued, as far as the client's receive maximum allows and as fast as it
 * reads: on a new connection as on any other [MQTT-3.3.4-9].
 */
export function deliver(client: Client): void {
  const session = client.session;
  while (session !== null && client.state === 'open' && client.isReading()) {
    if (session.inFlight.size - session.unsent.size >= client.receiveMaximum) return;
    const [unsent] = session.unsent;
    const command = unsent === undefined ? session.queue.shift() : undefined;
    if (unsent !== undefined) sendAgain(client, session, unsent);
    else if (command !== undefined) sendFirst(client, session, command);
    else return;
  }
}

function sendFirst(client: Client, session: Session, command: Command): void {
  if (isExpired(client, command)) return client.context.hub.undelivered(session.device, command.id, 'expired');
  const qos = qosOf(session, command);
  const packetId = qos === 0 ? 0 : session.nextPacketId();
  const packet = toPacket(client, command, { packetId, qos, dup: false });
  if (!fits(client, packet, session, command)) return;
  if (qos === 0) {
    client.send(packet);
    return client.context.hub.delivered(session.device, command.id);
  }
  session.inFlight.set(packetId, { packetId, id: command.id, qos, taken: false, command });
  if (qos === 2) {
    const { generation } = session;
    recordChange(client.context.ingest, session, { kind: 'sent', generation, packetId, command: command.id });
  }
  sendKept(client, session, packet, qos);
}

/** What was not acknowledged before the connection broke [MQTT-4.4.0-1]. */
function sendAgain(client: Client, session: Session, packetId: number): void {
  const sent = session.inFlight.get(packetId);
  session.unsent.delete(packetId);
  if (sent === undefined) return;
  if (sent.command === null) return release(client, session, sent);
  const packet = toPacket(client, sent.command, { ...sent, dup: true });
  if (fits(client, packet, session, sent.command)) return sendKept(client, session, packet, sent.qos);
  session.settle(packetId);
  if (sent.qos === 1) return;
  recordChange(client.context.ingest, session, { kind: 'completed', generation: session.generation, packetId });
}

/**
 * Releases the packet id of a command that the device has. So is one whose words are gone, because control had heard
 * that it was taken or something has replaced it: the device need not keep its packet id any longer.
 */
function release(client: Client, session: Session, sent: Sent): void {
  session.inFlight.set(sent.packetId, { ...sent, taken: true });
  client.acknowledge(ACK_HEAD.pubrel, sent.packetId, 0, null);
}

/** With QoS 2 it goes out once its packet id is on disk, so that it cannot come again under another. */
function sendKept(client: Client, session: Session, packet: Packet, qos: 1 | 2): void {
  if (qos === 1 || session.expirySeconds === 0) return client.send(packet);
  client.writeOnceDurable(encodePacket(packet, client.version));
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

/** The highest quality that a matching subscription was granted [MQTT-3.3.4-2]; 1 where it was given up meanwhile. */
function qosOf(session: Session, command: Command): 0 | 1 | 2 {
  const granted = matchingSubscriptions(session, command.topic, null).map(({ qos }) => qos);
  return granted.reduce((most, qos) => (qos > most ? qos : most), granted[0] ?? 1);
}

function toPacket(
  client: Client,
  command: Command,
  { packetId, qos, dup }: { readonly packetId: number; readonly qos: 0 | 1 | 2; readonly dup: boolean },
): Packet {
  const { topic, payload, contentType, expires, retain } = command;
  const matching = client.session === null ? [] : matchingSubscriptions(client.session, topic, null);
  const ids = matching.flatMap(({ id }) => (id === null ? [] : [id]));
  const seconds = expires === null ? null : Math.max(1, Math.ceil((expires - client.context.clock.now()) / 1_000_000));
  return {
    cmd: 'publish',
    topic,
    payload: Buffer.from(payload),
    qos,
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
