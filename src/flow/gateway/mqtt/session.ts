import { PacketIdSet } from './packet-id-set.ts';
import type { Micros } from '#base/core/index.ts';

/** What a client asked to hear. */
export interface Subscription {
  readonly filter: string;
  /** Granted: each command is sent with the highest of the subscriptions that match it. */
  readonly qos: 0 | 1 | 2;
  /** MQTT 5 subscription identifier. */
  readonly id: number | null;
  readonly retainAsPublished: boolean;
}

/** A message from the platform to a device. */
export interface Command {
  /** Names it in reports of delivery. */
  readonly id: string;
  /** `commands/<device>/…`. */
  readonly topic: string;
  readonly payload: Uint8Array;
  /**
   * `no`: for those who listen now or whose session waits. `keep`: also kept for each later subscription, until one
   * with an empty payload takes its place. `kept`: it comes from what was kept.
   */
  readonly retain: 'no' | 'keep' | 'kept';
  readonly contentType: string | null;
  /** After this it is not delivered any more; null for never. */
  readonly expires: Micros | null;
}

/** A command under way with QoS 1 or 2. @see MQTT 5 section 4.3 */
export interface Sent {
  readonly packetId: number;
  /** Id of the command. */
  readonly id: string;
  readonly qos: 1 | 2;
  /** QoS 2: the device has it (PUBREC); what is left is to release the packet id (PUBREL, PUBCOMP). */
  readonly taken: boolean;
  /** What to send again. Null once it is taken, and after a restart until it is handed over anew. */
  readonly command: Command | null;
}

/** A session as it travels between threads and lies in the journal. */
export interface SessionSnapshot {
  /** `<device>/<client id>`: no device can reach another's session. */
  readonly key: string;
  readonly device: string;
  readonly clientId: string;
  /** Counts the connections of the session: the state with the highest one is the newest. */
  readonly generation: number;
  /** How long it outlives its connection, in seconds. */
  readonly expirySeconds: number;
  /** Packet ids of QoS 2 messages taken and not yet released. */
  readonly received: readonly number[];
  readonly subscriptions: readonly Subscription[];
  /** Sent and not acknowledged to the end, in order of sending. */
  readonly inFlight: readonly Sent[];
  readonly queue: readonly Command[];
}

/** Why a command is undelivered for good: its device has it, and said no. */
export const REFUSED_BY_DEVICE = 'refused-by-device';

/** The key of a session. Device names hold no slash, so no two pairs share one. */
export function sessionKey(device: string, clientId: string): string {
  return `${device}/${clientId}`;
}

/** Commands that wait for one session at most; what comes beyond stays with control, undelivered. */
export const MAX_QUEUED_COMMANDS = 256;
/** Subscriptions of one session at most. */
export const MAX_SUBSCRIPTIONS = 64;

/**
 * Messages of QoS 2 that a client of MQTT 3.1.1, which cannot be told how many it may send, may leave unreleased at
 * least: their packet ids are kept in memory and on disk for as long as the session is.
 */
export const MOST_UNRELEASED = 4_096;

/** The state of one MQTT session, which may outlive its connection. @see MQTT 5 section 4.1 */
export class Session {
  readonly key: string;
  readonly device: string;
  readonly clientId: string;
  readonly generation: number;
  expirySeconds: number;
  readonly received = new PacketIdSet();
  readonly subscriptions = new Map<string, Subscription>();
  /** By packet id, in order of sending. */
  readonly inFlight = new Map<number, Sent>();
  readonly queue: Command[] = [];
  /** Packet ids of what is in flight and has not gone out on this connection. */
  readonly unsent = new Set<number>();
  /** Whether the journal knows of it. */
  recorded = false;
  /** Whether something that was recorded was not kept, so that all of it has to be recorded again. */
  stale = false;
  #lastPacketId = 0;

  constructor(device: string, clientId: string, generation: number, expirySeconds: number) {
    this.key = sessionKey(device, clientId);
    this.device = device;
    this.clientId = clientId;
    this.generation = generation;
    this.expirySeconds = expirySeconds;
  }

  /** The session of a snapshot, as its next connection. */
  static resume(from: SessionSnapshot, generation: number, expirySeconds: number): Session {
    const session = new Session(from.device, from.clientId, generation, expirySeconds);
    for (const id of from.received) session.received.add(id);
    for (const subscription of from.subscriptions) session.subscriptions.set(subscription.filter, subscription);
    for (const sent of from.inFlight) {
      session.inFlight.set(sent.packetId, sent);
      session.unsent.add(sent.packetId);
    }
    session.queue.push(...from.queue);
    session.recorded = from.expirySeconds > 0;
    return session;
  }

  snapshot(): SessionSnapshot {
    return {
      key: this.key,
      device: this.device,
      clientId: this.clientId,
      generation: this.generation,
      expirySeconds: this.expirySeconds,
      received: this.received.toArray(),
      subscriptions: [...this.subscriptions.values()],
      inFlight: [...this.inFlight.values()],
      queue: [...this.queue],
    };
  }

  /** The exchange of a command is over. */
  settle(packetId: number): void {
    this.inFlight.delete(packetId);
    this.unsent.delete(packetId);
  }

  /** A packet id that is not in use; there is one because fewer than 65,535 messages are ever in flight. */
  nextPacketId(): number {
    do {
      this.#lastPacketId = (this.#lastPacketId % 65_535) + 1;
    } while (this.inFlight.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
