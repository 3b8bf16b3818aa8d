import type { IConnectPacket } from 'mqtt-packet';
import type { Manner } from '../../connections/connection-summary.ts';
import type { Client } from '../client.ts';
import { deliver } from '../deliver.ts';
import type { ClaimedSession } from '../hub-client.ts';
import { decodePacket, isWellFormed } from '../library-codec.ts';
import type { ProtocolVersion } from '../packet-type.ts';
import { CONNECT_PROPERTIES, WILL_PROPERTIES, passProperties } from '../property-section.ts';
import { ReasonCode } from '../reason-code.ts';
import { recordEnd, recordState } from '../session-journal.ts';
import { Session, sessionKey } from '../session.ts';
import { willDetail } from '../will.ts';

/** Longest client id, in UTF-16 code units: it stands in keys, events and logs. */
export const MAX_CLIENT_ID = 128;

/** What one PUBLISH may have beside its payload: topic, properties, headers. */
export const PACKET_OVERHEAD_BYTES = 4_096;

/**
 * CONNECT: agrees on version and limits, takes the session over from wherever it is, answers.
 *
 * Who the peer is was settled by its certificate; user name and password are not looked at.
 *
 * @param frame the whole packet
 * @param bodyStart offset of the variable header in it
 * @see MQTT 5 section 3.1, MQTT 3.1.1 section 3.1
 */
export async function handleConnect(client: Client, frame: Buffer, bodyStart: number): Promise<void> {
  const version = readVersion(frame, bodyStart);
  if (version === 'not-mqtt') return client.disconnect(ReasonCode.MalformedPacket, 'not-mqtt');
  if (version === 'unsupported') return client.disconnect(ReasonCode.UnsupportedVersion, 'unsupported-version');
  client.version = version;
  const decoded = decodePacket(frame, version);
  if ('reason' in decoded || decoded.packet.cmd !== 'connect') {
    return client.disconnect(ReasonCode.MalformedPacket, 'malformed-connect');
  }
  const packet = decoded.packet;
  const refusal = checkSections(frame, bodyStart, packet, version) || checkConnect(packet, version);
  if (refusal !== 0) return client.disconnect(refusal, 'refused-connect');
  agree(client, packet);
  client.state = 'connecting';
  const { hub, random } = client.context;
  const device = client.peer.device.name;
  const assigned = packet.clientId === '' ? `auto-${random.bytes(12).toHex()}` : null;
  const clientId = assigned ?? packet.clientId;
  let claimed: ClaimedSession;
  try {
    claimed = await hub.claim(sessionKey(device, clientId), device, packet.clean === true);
  } catch {
    return client.disconnect(ReasonCode.ServerUnavailable, 'hub-closed');
  }
  const session = openSession(client, packet, claimed, clientId);
  if (isGone(client)) {
    // It left while the session was on its way: the session goes back as it was.
    const keep = claimed.snapshot === null ? null : session.snapshot();
    return hub.release(session.key, claimed.generation, keep, null);
  }
  client.session = session;
  client.state = 'open';
  client.tally = client.context.connections.began(client.peer.device, mannerOf(client, packet));
  if (session.expirySeconds > 0) {
    const bytes = recordState(client.context.ingest, session);
    // So that it is heard of if the journal cannot keep it.
    client.hold(client.run(), bytes);
  }
  // What the journal may know of an earlier session of this name is over.
  else if (claimed.follows) recordEnd(client.context.ingest, session.key, session.generation);
  answer(client, packet, claimed.snapshot !== null, assigned);
  deliver(client);
}

// The state may have changed across an await, which the compiler does not see.
function isGone(client: Client): boolean {
  return client.state === 'closed';
}

/** Protocol name and level stand first in every version, so that a server can say which it does not speak. */
function readVersion(frame: Buffer, start: number): ProtocolVersion | 'unsupported' | 'not-mqtt' {
  const length = frame.length > start + 2 ? frame.readUInt16BE(start) : 0;
  const name = frame.toString('latin1', start + 2, start + 2 + length);
  if (frame.length < start + 3 + length) return 'not-mqtt';
  if (name === 'MQIsdp') return 'unsupported';
  if (name !== 'MQTT') return 'not-mqtt';
  const level = frame[start + 2 + length];
  return level === 4 || level === 5 ? level : 'unsupported';
}

/** Bytes of the variable header before its properties. @see MQTT 5 section 3.1.2 */
const HEADER_BYTES = 10;

function checkSections(frame: Buffer, start: number, { will }: IConnectPacket, version: ProtocolVersion): number {
  if (version === 4) return 0;
  const next = passProperties(frame, start + HEADER_BYTES, frame.length, CONNECT_PROPERTIES);
  if (next < 0 || will === undefined) return Math.max(0, -next);
  // The client id stands between both.
  return Math.max(0, -passProperties(frame, next + 2 + frame.readUInt16BE(next), frame.length, WILL_PROPERTIES));
}

function checkConnect(packet: IConnectPacket, version: ProtocolVersion): number {
  if (packet.properties?.authenticationMethod !== undefined) return ReasonCode.BadAuthenticationMethod;
  if (packet.properties?.authenticationData !== undefined) return ReasonCode.ProtocolError;
  if (!isWellFormed(packet.clientId) || (packet.username !== undefined && !isWellFormed(packet.username))) {
    return ReasonCode.MalformedPacket;
  }
  // In 3.1.1 a name that nobody knows cannot be asked for again [MQTT-3.1.3-8].
  if (packet.clientId.length > MAX_CLIENT_ID) return ReasonCode.ClientIdInvalid;
  if (packet.clientId === '' && version === 4 && packet.clean !== true) return ReasonCode.ClientIdInvalid;
  return packet.will === undefined ? 0 : checkWill(packet.will, version);
}

function checkWill(will: NonNullable<IConnectPacket['will']>, version: ProtocolVersion): number {
  if ((will.qos ?? 0) > 2 || !isWellFormed(will.topic)) return ReasonCode.MalformedPacket;
  if (will.topic === '' || /[+#]/.test(will.topic)) return ReasonCode.TopicNameInvalid;
  return will.retain === true && version === 5 ? ReasonCode.RetainNotSupported : 0;
}

function mannerOf({ peer, version, will }: Client, { keepalive, clean }: IConnectPacket): Manner {
  return {
    ...peer.transport,
    protocol: version === 5 ? 'mqtt-5' : 'mqtt-3.1.1',
    keepAlive: keepalive ?? 0,
    clean: clean === true,
    hasWill: will !== null,
  };
}

function agree(client: Client, packet: IConnectPacket): void {
  const limits = client.context.limits();
  const properties = packet.properties ?? {};
  client.receiveMaximum = Math.min(properties.receiveMaximum ?? limits.inFlight, limits.inFlight);
  client.maximumPacketSize = properties.maximumPacketSize ?? Number.MAX_SAFE_INTEGER;
  client.wantsReasons = properties.requestProblemInformation !== false;
  const asked = (packet.keepalive ?? 0) * 1_000;
  // MQTT 5 lets the server choose; 3.1.1 does not, and there a device that asked for none is left to TCP's own.
  const granted = client.version === 5 ? serverKeepAlive(client, packet.keepalive ?? 0) * 1_000 : asked;
  client.silenceMs = granted === 0 ? null : granted * 1.5;
  if (packet.will !== undefined) {
    client.will = {
      detail: willDetail(Buffer.from(packet.will.payload)),
      delaySeconds: packet.will.properties?.willDelayInterval ?? 0,
    };
  }
}

/** Seconds: what was asked for, within what is allowed. */
function serverKeepAlive(client: Client, asked: number): number {
  const most = Math.min(65_535, Math.floor(client.context.limits().keepAlive / 1_000));
  return asked === 0 || asked > most ? most : asked;
}

function expirySeconds(client: Client, packet: IConnectPacket): number {
  const most = Math.floor(client.context.limits().sessionExpiry / 1_000);
  if (client.version === 4) return packet.clean === true ? 0 : most;
  return Math.min(packet.properties?.sessionExpiryInterval ?? 0, most);
}

function openSession(client: Client, packet: IConnectPacket, claimed: ClaimedSession, clientId: string): Session {
  const expiry = expirySeconds(client, packet);
  client.mayOutlive = (packet.properties?.sessionExpiryInterval ?? 0) > 0;
  if (claimed.snapshot !== null) return Session.resume(claimed.snapshot, claimed.generation, expiry);
  return new Session(client.peer.device.name, clientId, claimed.generation, expiry);
}

function answer(client: Client, packet: IConnectPacket, sessionPresent: boolean, assigned: string | null): void {
  if (client.version === 4) return client.send({ cmd: 'connack', sessionPresent, returnCode: 0 });
  const limits = client.context.limits();
  const asked = packet.keepalive ?? 0;
  const keepAlive = serverKeepAlive(client, asked);
  const expiry = client.session?.expirySeconds ?? 0;
  client.send({
    cmd: 'connack',
    sessionPresent,
    reasonCode: 0,
    properties: {
      receiveMaximum: limits.inFlight,
      maximumPacketSize: limits.payloadBytes + PACKET_OVERHEAD_BYTES,
      topicAliasMaximum: limits.topicAliases,
      retainAvailable: false,
      sharedSubscriptionAvailable: false,
      ...(keepAlive === asked ? {} : { serverKeepAlive: keepAlive }),
      ...(expiry === (packet.properties?.sessionExpiryInterval ?? 0) ? {} : { sessionExpiryInterval: expiry }),
      ...(assigned === null ? {} : { assignedClientIdentifier: assigned }),
    },
  });
}
