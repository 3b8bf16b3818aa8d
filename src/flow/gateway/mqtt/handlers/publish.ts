import { REASON, isStored, reasonOf } from '#flow/ingest/index.ts';
import type { WireFormat } from '#flow/ingest/index.ts';
import { ACK_HEAD } from '../ack-packet.ts';
import type { Client } from '../client.ts';
import { formatOfMediaType, sniffFormat } from '../../payload-format.ts';
import { decodePublish } from '../publish-packet.ts';
import type { PublishFields } from '../publish-packet.ts';
import { findRoute, isTopic } from '../publish-route.ts';
import type { PublishRoute } from '../publish-route.ts';
import { ReasonCode } from '../reason-code.ts';
import { MOST_UNRELEASED } from '../session.ts';
import type { Session } from '../session.ts';
import { recordChange } from '../session-journal.ts';
import { readTopic } from '../topic.ts';

/** Topics that one connection is remembered for; a gateway device publishes for many. */
const MAX_ROUTES = 1_024;

/**
 * Takes a reading: decode, find its stream, hand it to ingest, acknowledge when durable.
 *
 * @param flags lower half of the packet's first byte
 * @see MQTT 5 section 3.3.4
 */
export function handlePublish(client: Client, data: Buffer, flags: number, start: number, end: number): void {
  const { context } = client;
  const fields = context.publish;
  const malformed = decodePublish(data, flags, start, end, client.version, fields);
  if (malformed !== 0) return client.disconnect(malformed, 'malformed-publish');
  // RETAIN is not offered in MQTT 5; 3.1.1 cannot be told so, and nothing is retained [MQTT-3.2.2-14].
  if ((flags & 1) !== 0 && client.version === 5) return client.disconnect(ReasonCode.RetainNotSupported, 'retain');
  const route = routeOf(client, data, fields);
  if (route === null) return;
  const qos = (flags >> 1) & 3;
  if (qos === 2) return takeOnce(client, data, fields, route, end);
  if (qos === 1 && client.version === 5 && isOverReceiveMaximum(client)) {
    return client.disconnect(ReasonCode.ReceiveMaximumExceeded, 'receive-maximum');
  }
  const reason = take(client, data, fields, route, end);
  if (client.state === 'closed') return;
  const run =
    qos === 0
      ? client.run()
      : client.acknowledge(ACK_HEAD.puback, fields.packetId, codeOf(reason), wordsOf(client, route, reason));
  client.hold(run, end - start);
}

/** QoS 2: the packet id is kept until PUBREL, so that a message that comes again is taken once. */
function takeOnce(client: Client, data: Buffer, fields: PublishFields, route: PublishRoute, end: number): void {
  const session = client.session;
  if (session === null) return;
  const { packetId } = fields;
  if (session.received.has(packetId)) {
    client.acknowledge(ACK_HEAD.pubrec, packetId, 0, null);
    return;
  }
  if (client.version === 5 ? isOverReceiveMaximum(client) : hasTooManyUnreleased(client, session)) {
    return client.disconnect(ReasonCode.ReceiveMaximumExceeded, 'receive-maximum');
  }
  const reason = take(client, data, fields, route, end);
  if (client.state === 'closed') return;
  // MQTT 5 refuses with the PUBREC, which ends the exchange [MQTT-4.3.3-10]; 3.1.1 goes through the motions.
  const code = client.version === 5 ? codeOf(reason) : 0;
  const isKept = code < 0x80;
  if (isKept) keep(client, session, packetId);
  const run = client.acknowledge(ACK_HEAD.pubrec, packetId, code, wordsOf(client, route, reason));
  if (isKept) run.kept.push(packetId);
  client.hold(run, end - fields.topicStart);
}

function keep(client: Client, session: Session, packetId: number): void {
  session.received.add(packetId);
  recordChange(client.context.ingest, session, { kind: 'received', generation: session.generation, packetId });
}

/** @returns the number of a reason; the client is closed where it cannot hear it and must not go on */
function take(client: Client, data: Buffer, fields: PublishFields, route: PublishRoute, end: number): number {
  const { ingest, clock } = client.context;
  const sender = client.peer.device;
  const payload = data.subarray(fields.payloadStart, end);
  const format = formatOf(data, fields, payload);
  const received = clock.now();
  client.tally?.message(payload.length, received, route);
  const refusal = route.refusal === 0 && format === null ? REASON.format.number : route.refusal;
  const reason =
    refusal !== 0 || format === null
      ? ingest.refuse(sender.name, route.stream, refusal, payload)
      : ingest.admit(sender, route.stream, route.about, payload, format, received);
  if (client.version === 4 && !isStored(reason)) hearRefusal(client, route, reason);
  return reason;
}

/** MQTT 3.1.1 has no word for a refusal: it is acknowledged, or closed where that is declared or must be. */
function hearRefusal(client: Client, route: PublishRoute, reason: number): void {
  if (reason === REASON.tryLater.number) return client.close('try-later');
  const stream = client.context.stream(route.stream);
  if (stream?.onRefusal === 'disconnect') client.close(reasonOf(reason)?.word ?? 'refused');
}

function isOverReceiveMaximum(client: Client): boolean {
  const held = client.unacknowledged + (client.session?.received.size ?? 0);
  return held >= client.context.limits().inFlight;
}

function hasTooManyUnreleased(client: Client, { received }: Session): boolean {
  return received.size >= Math.max(MOST_UNRELEASED, client.context.limits().inFlight);
}

function formatOf(data: Buffer, fields: PublishFields, payload: Buffer): WireFormat | null {
  if (fields.contentTypeEnd === 0) return sniffFormat(payload[0]);
  return formatOfMediaType(data.toString('latin1', fields.contentTypeStart, fields.contentTypeEnd));
}

/** The route of the packet's topic or alias; null where the client was disconnected. */
function routeOf(client: Client, data: Buffer, fields: PublishFields): PublishRoute | null {
  const { topicStart, topicEnd, topicAlias } = fields;
  if (topicAlias > client.context.limits().topicAliases) {
    client.disconnect(ReasonCode.TopicAliasInvalid, 'topic-alias');
    return null;
  }
  if (topicStart === topicEnd) return aliasRoute(client, topicAlias);
  const version = client.context.version();
  const last = client.lastRoute;
  const route =
    last !== null && last.version === version && isTopic(last, data, topicStart, topicEnd)
      ? last
      : lookUp(client, data, topicStart, topicEnd, version);
  if (route === null) return null;
  client.lastRoute = route;
  if (topicAlias !== 0) (client.aliases ??= [])[topicAlias] = route;
  return route;
}

function aliasRoute(client: Client, alias: number): PublishRoute | null {
  const route = alias === 0 ? undefined : client.aliases?.[alias];
  if (route === undefined) {
    // Neither topic nor a known alias [MQTT-3.3.2-8]; 3.1.1 has no empty topics [MQTT-4.7.3-1].
    client.disconnect(alias === 0 ? ReasonCode.ProtocolError : ReasonCode.TopicAliasInvalid, 'topic-alias');
    return null;
  }
  const { version, topic } = route;
  if (version === client.context.version()) return route;
  const again = lookUp(client, Buffer.from(topic), 0, topic.length, client.context.version());
  if (again !== null && client.aliases !== null) client.aliases[alias] = again;
  return again;
}

function lookUp(client: Client, data: Buffer, start: number, end: number, version: number): PublishRoute | null {
  const topic = readTopic(data, start, end);
  if (topic === null) {
    client.disconnect(ReasonCode.MalformedPacket, 'malformed-topic');
    return null;
  }
  if (topic.includes('+') || topic.includes('#')) {
    // [MQTT-3.3.2-2]
    client.disconnect(ReasonCode.TopicNameInvalid, 'wildcard-topic');
    return null;
  }
  const known = client.routes.get(topic);
  if (known !== undefined && known.version === version) return known;
  if (client.routes.size >= MAX_ROUTES) client.routes.clear();
  const raw = Uint8Array.from(data.subarray(start, end));
  const route = findRoute(raw, topic, client.peer.device, client.context.devices, version);
  client.routes.set(topic, route);
  return route;
}

function codeOf(reason: number): number {
  return reason === 0 ? 0 : (reasonOf(reason)?.mqtt ?? ReasonCode.Unspecified);
}

/** What is said beside the code: what a refusal rests on, and, once on each topic of a connection, what was left out. */
function wordsOf(client: Client, route: PublishRoute, reason: number): Uint8Array | null {
  if (client.version === 4 || !client.wantsReasons) return null;
  const { ingest, words } = client.context;
  if (reason !== REASON.admitted.number) {
    // What was refused before it came to ingest has no place; what ingest tells of is another message then.
    const isJudged = route.refusal === 0 && reason !== REASON.format.number;
    return words.refusal(reason, route.stream, isJudged ? ingest.place : '');
  }
  if (route.toldDropped) return null;
  const names = ingest.dropped;
  if (names.length === 0) return null;
  route.toldDropped = true;
  return words.dropped(names);
}
