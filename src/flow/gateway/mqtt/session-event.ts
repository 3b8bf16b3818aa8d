import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { GatewayError } from '../errors.ts';
import { RecordedSession } from './recorded-session.ts';
import type { PacketChange } from './recorded-session.ts';
import type { SessionSnapshot, Subscription } from './session.ts';

/**
 * A change of a session as it lies in the journal: what must survive a crash so that QoS 2 is exactly once both ways
 * and a client that comes back finds its session. See `docs/reference/mqtt.md` for the layout.
 */
export type SessionChange =
  /** All of it, as a connection begins and when subscriptions change. */
  | { readonly kind: 'state'; readonly snapshot: SessionSnapshot }
  | PacketChange
  | { readonly kind: 'ended'; readonly generation: number };

const VERSION = 1;
const KIND = { state: 1, received: 2, released: 3, ended: 4, sent: 5, taken: 6, completed: 7 } as const;
const BY_PACKET_ID = ['received', 'released', 'taken', 'completed'] as const;
const HEADER = 6;
const NOTHING = new Uint8Array();

/** Version, kind, generation (4 bytes, big end first), then a packet id (2 bytes) and what it is for, or the state. */
export function encodeSessionChange(change: SessionChange): Uint8Array {
  if (change.kind === 'state') {
    const { device, clientId, expirySeconds, received, subscriptions, inFlight, generation } = change.snapshot;
    // What commands say is not here: control keeps each until it hears that it was delivered.
    const sent = inFlight.filter(({ qos }) => qos === 2).map(({ packetId, id, taken }) => ({ packetId, id, taken }));
    const body = encodeUtf8(JSON.stringify({ device, clientId, expirySeconds, received, subscriptions, sent }));
    const event = start(KIND.state, generation, body.length);
    event.set(body, HEADER);
    return event;
  }
  if (change.kind === 'ended') return start(KIND.ended, change.generation, 0);
  const command = change.kind === 'sent' ? encodeUtf8(change.command) : NOTHING;
  const event = start(KIND[change.kind], change.generation, 2 + command.length);
  event[HEADER] = change.packetId >> 8;
  event[HEADER + 1] = change.packetId & 0xff;
  event.set(command, HEADER + 2);
  return event;
}

function start(kind: number, generation: number, length: number): Uint8Array {
  const event = new Uint8Array(HEADER + length);
  event[0] = VERSION;
  event[1] = kind;
  new DataView(event.buffer).setUint32(2, generation);
  return event;
}

/**
 * Reads a change back.
 *
 * @param session the key that it was recorded under
 * @throws {GatewayError} GATEWAY_SESSION_EVENT_INVALID if it is none that `encodeSessionChange` wrote
 */
export function decodeSessionChange(session: string, event: Uint8Array): SessionChange {
  if (event.length < HEADER || event[0] !== VERSION) throw invalid();
  const generation = new DataView(event.buffer, event.byteOffset).getUint32(2);
  if (event[1] === KIND.state) return { kind: 'state', snapshot: readState(session, generation, event) };
  if (event[1] === KIND.ended && event.length === HEADER) return { kind: 'ended', generation };
  if (event.length < HEADER + 2) throw invalid();
  const packetId = (event[HEADER]! << 8) | event[HEADER + 1]!;
  const rest = event.subarray(HEADER + 2);
  if (event[1] === KIND.sent && rest.length > 0) {
    return { kind: 'sent', generation, packetId, command: decodeUtf8(rest) };
  }
  const kind = BY_PACKET_ID.find((name) => KIND[name] === event[1]);
  if (kind === undefined || rest.length > 0) throw invalid();
  return { kind, generation, packetId };
}

function readState(session: string, generation: number, event: Uint8Array): SessionSnapshot {
  try {
    // The journal has authenticated these bytes: they are ours.
    const body = JSON.parse(decodeUtf8(event.subarray(HEADER))) as {
      device: string;
      clientId: string;
      expirySeconds: number;
      received: number[];
      subscriptions: Subscription[];
      /** Not there in states of before commands had QoS 2. */
      sent?: { packetId: number; id: string; taken: boolean }[];
    };
    const { sent = [], ...rest } = body;
    const inFlight = sent.map((one) => ({ ...one, qos: 2 as const, command: null }));
    return { ...rest, key: session, generation, inFlight, queue: [] };
  } catch (cause) {
    throw invalid(cause);
  }
}

function invalid(cause?: unknown): GatewayError {
  return new GatewayError('GATEWAY_SESSION_EVENT_INVALID', 'Cannot read session event: its form is unknown', { cause });
}

/**
 * Rebuilds the sessions that were alive from the changes that the journal kept.
 *
 * A session may have moved between workers, whose journals have no common order: the changes of its highest generation
 * are the newest, and all of one generation were written by one worker in order.
 *
 * @param events in order within each worker; bounded by what the journal keeps
 */
export function recoverSessions(
  events: Iterable<{ readonly session: string; readonly event: Uint8Array }>,
): SessionSnapshot[] {
  const sessions = new Map<string, RecordedSession>();
  const ended = new Map<string, number>();
  for (const { session, event } of events) {
    const change = decodeSessionChange(session, event);
    const known = sessions.get(session);
    if (change.kind === 'state') {
      if (known !== undefined && known.generation > change.snapshot.generation) continue;
      sessions.set(session, new RecordedSession(change.snapshot));
    } else if (change.kind === 'ended') {
      ended.set(session, Math.max(change.generation, ended.get(session) ?? 0));
    } else {
      known?.apply(change);
    }
  }
  return [...sessions]
    .filter(([key, { generation }]) => generation > (ended.get(key) ?? 0))
    .map(([, recorded]) => recorded.snapshot());
}
