import type { Duplex } from 'node:stream';
import { Client } from './client.ts';
import type { MqttContext, MqttPeer } from './context.ts';
import { deliver, offer } from './deliver.ts';
import { FrameResult, readFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { PACKET_OVERHEAD_BYTES, handleConnect } from './handlers/connect.ts';
import { handleDisconnect } from './handlers/disconnect.ts';
import { handlePingreq } from './handlers/pingreq.ts';
import { handlePuback } from './handlers/puback.ts';
import { handlePubcomp } from './handlers/pubcomp.ts';
import { handlePublish } from './handlers/publish.ts';
import { handlePubrec } from './handlers/pubrec.ts';
import { handlePubrel } from './handlers/release.ts';
import { handleSubscribe } from './handlers/subscribe.ts';
import { handleUnsubscribe } from './handlers/unsubscribe.ts';
import { PacketParts } from './packet-parts.ts';
import { PacketType } from './packet-type.ts';
import { ReasonCode } from './reason-code.ts';
import type { Command } from './session.ts';
import { recordEnd } from './session-journal.ts';

/** Largest CONNECT: nobody has been heard of yet, so less is believed than later. */
const MAX_CONNECT_BYTES = 16_384;

/** Who keeps the list of connections and sessions. */
export interface ConnectionWatcher {
  opened(connection: Connection, key: string): void;
  /** Called once, when the connection no longer counts. @param key of its session, null where it had none */
  ended(connection: Connection, key: string | null): void;
}

/**
 * Reads one connection: cuts its bytes into packets, hands each to its handler, stops reading when too much is not
 * durable yet, and gives the session back when it is over.
 */
export class Connection {
  readonly client: Client;
  readonly #frame: Frame = { head: 0, start: 0, end: 0 };
  readonly #parts = new PacketParts();
  #waiting = false;
  #over: Promise<void> = Promise.resolve();
  readonly #watcher: ConnectionWatcher;

  /**
   * @param socket a TLS socket whose peer was admitted; it has not been read from
   */
  constructor(context: MqttContext, socket: Duplex, peer: MqttPeer, watcher: ConnectionWatcher) {
    this.#watcher = watcher;
    const client = new Client(context, socket, peer);
    this.client = client;
    client.ended = () => this.#ended();
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    client.flushed = () => deliver(client);
    socket.on('error', () => client.drop('connection-lost'));
    socket.on('close', () => client.drop('connection-lost'));
    // Half of a connection is of no use to MQTT.
    socket.on('end', () => client.drop('connection-lost'));
  }

  /** Ends it where its time is over. Called about once a second. */
  check(nowMs: number): void {
    const { client } = this;
    client.rest();
    if (client.state === 'new' || client.state === 'connecting') {
      if (nowMs - client.sinceMs > client.context.limits().connectTimeout) client.drop('connect-timeout');
      return;
    }
    const { silenceMs, lastSeenMs } = client;
    // While it is not read from, it cannot be heard.
    if (silenceMs !== null && !this.#waiting && nowMs - lastSeenMs > silenceMs) {
      client.disconnect(ReasonCode.KeepAliveTimeout, 'keep-alive');
    }
  }

  /** Resolves when its session is given back, once it has ended. */
  get over(): Promise<void> {
    return this.#over;
  }

  /** The session goes to another connection. */
  takeOver(): void {
    this.client.disconnect(ReasonCode.SessionTakenOver, 'taken-over');
  }

  command(command: Command): void {
    offer(this.client, command);
  }

  #receive(chunk: Buffer): void {
    const { client } = this;
    if (client.state === 'closed') return;
    client.lastSeenMs = client.context.clock.monotonicMs();
    if (this.#waiting) return this.#parts.add(chunk);
    if (this.#parts.length === 0) return this.#read(chunk);
    this.#parts.add(chunk);
    if (this.#mayBeWhole()) this.#read(this.#parts.take());
  }

  /** Joins parts only when a packet may be in them: a large one comes in many. */
  #mayBeWhole(): boolean {
    const { first } = this.#parts;
    if (first.length < 5) return true;
    const found = readFrame(first, 0, this.#largest(), this.#frame);
    return found !== FrameResult.Short || this.#parts.length >= frameLength(first);
  }

  #largest(): number {
    const { client } = this;
    return client.state === 'new' ? MAX_CONNECT_BYTES : client.context.limits().payloadBytes + PACKET_OVERHEAD_BYTES;
  }

  #read(data: Buffer): void {
    const { client } = this;
    const frame = this.#frame;
    let at = 0;
    // The first packet is a CONNECT or the peer does not speak MQTT [MQTT-3.1.0-1]; one byte is enough to know.
    if (client.state === 'new' && data[0] !== PacketType.Connect << 4) return client.drop('no-connect');
    while (at < data.length) {
      const found = readFrame(data, at, this.#largest(), frame);
      if (found === FrameResult.Short) break;
      if (found !== FrameResult.Whole) return this.#unreadable(found);
      const packet = at;
      at = frame.end;
      this.#handle(data, packet, frame.head, frame.start, frame.end);
      if (client.state === 'closed') return;
      if (client.state === 'connecting' || client.isFull()) {
        this.#wait();
        break;
      }
    }
    if (at < data.length) this.#parts.add(at === 0 ? data : data.subarray(at));
  }

  #unreadable(found: FrameResult): void {
    const reason = found === FrameResult.TooLarge ? ReasonCode.PacketTooLarge : ReasonCode.MalformedPacket;
    this.client.disconnect(reason, found === FrameResult.TooLarge ? 'packet-too-large' : 'malformed-length');
  }

  #handle(data: Buffer, packet: number, head: number, start: number, end: number): void {
    const { client } = this;
    const type = head >> 4;
    const flags = head & 15;
    if (client.state === 'new') return this.#connect(data, packet, start, end);
    if (type === PacketType.Publish) {
      // The device may have been disabled since the last packet: one atomic load.
      if (this.isCut()) return this.cut();
      return handlePublish(client, data, flags, start, end);
    }
    // [MQTT-2.1.3-1]: flags that are not in use have one right value.
    const wanted =
      type === PacketType.Pubrel || type === PacketType.Subscribe || type === PacketType.Unsubscribe ? 2 : 0;
    if (flags !== wanted) return client.disconnect(ReasonCode.MalformedPacket, 'malformed-flags');
    switch (type) {
      case PacketType.Puback:
        return handlePuback(client, data, start, end);
      case PacketType.Pubrec:
        return handlePubrec(client, data, start, end);
      case PacketType.Pubcomp:
        return handlePubcomp(client, data, start, end);
      case PacketType.Pubrel:
        return handlePubrel(client, data, start, end);
      case PacketType.Pingreq:
        return handlePingreq(client, start, end);
      case PacketType.Subscribe:
        void this.#follow(handleSubscribe(client, data.subarray(packet, end)));
        return;
      case PacketType.Unsubscribe:
        return handleUnsubscribe(client, data.subarray(packet, end));
      case PacketType.Disconnect:
        return handleDisconnect(client, data.subarray(packet, end));
      default:
        // A second CONNECT [MQTT-3.1.0-2], what only a server sends, and answers to what was never sent.
        return client.disconnect(ReasonCode.ProtocolError, 'unexpected-packet');
    }
  }

  /** Whether the device may no longer act: one atomic load. */
  isCut(): boolean {
    const { context, peer } = this.client;
    return !context.table.mayAct(peer.device.index);
  }

  /** Whether what it was let in with no longer counts: asked where devices or certificates changed, not per packet. */
  isOut(): boolean {
    const { context, peer } = this.client;
    return this.isCut() || context.devices.find(peer.device.name)?.serials.includes(peer.serial) !== true;
  }

  /** Ends the connection of a device that was disabled, revoked or contained. */
  cut(): void {
    const { client } = this;
    client.context.refusals.add('mqtt', 'cut', client.peer.from);
    client.disconnect(ReasonCode.AdministrativeAction, 'cut');
  }

  #connect(data: Buffer, packet: number, start: number, end: number): void {
    const { client } = this;
    if (this.isCut()) return this.cut();
    void this.#follow(
      handleConnect(client, data.subarray(packet, end), start - packet).then(() => {
        if (client.state !== 'open' || client.session === null) return;
        this.#watcher.opened(this, client.session.key);
        this.#goOn();
      }),
    );
  }

  #follow(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      this.client.context.log.error({ error }, 'handler of an MQTT packet failed');
      this.client.drop('internal');
    });
  }

  /** Reads no further until something is durable or the session has come. */
  #wait(): void {
    const { client } = this;
    this.#waiting = true;
    client.socket.pause();
    if (client.state === 'open') client.context.acks.afterNext(this.#goOn);
  }

  readonly #goOn = (): void => {
    const { client } = this;
    if (!this.#waiting || client.state !== 'open') return;
    if (client.isFull()) return client.context.acks.afterNext(this.#goOn);
    this.#waiting = false;
    client.lastSeenMs = client.context.clock.monotonicMs();
    if (this.#parts.length > 0) this.#read(this.#parts.take());
    if (!this.#waiting) client.socket.resume();
  };

  #ended(): void {
    const { client } = this;
    this.#parts.clear();
    this.#watcher.ended(this, client.session?.key ?? null);
    if (client.tally !== null) client.context.connections.ended(client.tally, endOf(client.closedFor));
    this.#over = this.#follow(this.#giveBack());
    client.context.metrics.count('gateway_connections_closed', { listener: 'mqtt', reason: client.closedFor ?? '' });
  }

  /** Records the will and gives the session to the hub, once it is known what of it is durable. */
  async #giveBack(): Promise<void> {
    const { client } = this;
    const { session, will, context } = client;
    if (session === null) return;
    const { hub, ingest } = context;
    if (session.recorded || client.uncommitted > 0 || client.unacknowledged > 0) await context.acks.settled();
    const keep = session.expirySeconds > 0;
    if (!keep && session.recorded) recordEnd(ingest, session.key, session.generation);
    const delayed = keep && will !== null && will.delaySeconds > 0;
    if (will !== null && !delayed) {
      context.connections.will(client.peer.device);
      ingest.recordEvent(client.peer.device, 'will', will.detail, session.clientId, context.clock.now());
    }
    const waiting = delayed ? { device: session.device, client: session.clientId, ...will } : null;
    hub.release(session.key, session.generation, keep ? session.snapshot() : null, waiting);
  }
}

/** Why a connection ends that nobody said goodbye on. */
const LOST: readonly (string | null)[] = ['connection-lost', 'keep-alive', 'taken-over'];

function endOf(why: string | null): 'goodbye' | 'lost' | 'cut' {
  if (why === 'goodbye') return 'goodbye';
  return LOST.includes(why) ? 'lost' : 'cut';
}

/** Whole length of a packet whose length bytes are there. */
function frameLength(data: Buffer): number {
  let remaining = 0;
  for (let i = 1, shift = 0; i <= 4; i++, shift += 7) {
    remaining |= (data[i]! & 0x7f) << shift;
    if (data[i]! < 0x80) return remaining + i + 1;
  }
  return 0;
}
