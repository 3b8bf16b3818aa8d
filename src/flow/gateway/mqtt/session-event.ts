import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { GatewayError } from '../errors.ts';
import { PacketIdSet } from './packet-id-set.ts';
import type { SessionSnapshot, Subscription } from './session.ts';

/**
 * A change of a session as it lies in the journal: what must survive a crash so that QoS 2 is exactly once and a
 * client that comes back finds its session. See `docs/reference/mqtt.md` for the layout.
 */
export type SessionChange =
  /** All of it, as a connection begins and when subscriptions change. */
  | { readonly kind: 'state'; readonly snapshot: SessionSnapshot }
  | { readonly kind: 'received'; readonly generation: number; readonly packetId: number }
  | { readonly kind: 'released'; readonly generation: number; readonly packetId: number }
  | { readonly kind: 'ended'; readonly generation: number };

const VERSION = 1;
const KIND = { state: 1, received: 2, released: 3, ended: 4 } as const;
const HEADER = 6;

/** Version, kind, generation (4 bytes, big end first), then a packet id (2 bytes) or the state as JSON. */
export function encodeSessionChange(change: SessionChange): Uint8Array {
  if (change.kind === 'state') {
    // Commands are not here: control keeps each until it hears that it was delivered.
    const { device, clientId, expirySeconds, received, subscriptions, generation } = change.snapshot;
    const body = encodeUtf8(JSON.stringify({ device, clientId, expirySeconds, received, subscriptions }));
    const event = start(KIND.state, generation, body.length);
    event.set(body, HEADER);
    return event;
  }
  if (change.kind === 'ended') return start(KIND.ended, change.generation, 0);
  const event = start(KIND[change.kind], change.generation, 2);
  event[HEADER] = change.packetId >> 8;
  event[HEADER + 1] = change.packetId & 0xff;
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
  if (event.length !== HEADER + 2) throw invalid();
  const packetId = (event[HEADER]! << 8) | event[HEADER + 1]!;
  if (event[1] === KIND.received) return { kind: 'received', generation, packetId };
  if (event[1] === KIND.released) return { kind: 'released', generation, packetId };
  throw invalid();
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
    };
    return { ...body, key: session, generation, inFlight: [], queue: [] };
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
  const sessions = new Map<string, { state: SessionSnapshot; received: PacketIdSet }>();
  const ended = new Map<string, number>();
  for (const { session, event } of events) {
    const change = decodeSessionChange(session, event);
    const known = sessions.get(session);
    if (change.kind === 'state') {
      if (known !== undefined && known.state.generation > change.snapshot.generation) continue;
      const received = new PacketIdSet();
      for (const id of change.snapshot.received) received.add(id);
      sessions.set(session, { state: change.snapshot, received });
    } else if (change.kind === 'ended') {
      ended.set(session, Math.max(change.generation, ended.get(session) ?? 0));
    } else if (known !== undefined && known.state.generation === change.generation) {
      if (change.kind === 'received') known.received.add(change.packetId);
      else known.received.delete(change.packetId);
    }
  }
  return [...sessions.values()]
    .filter(({ state }) => state.generation > (ended.get(state.key) ?? 0))
    .map(({ state, received }) => ({ ...state, received: received.toArray() }));
}
