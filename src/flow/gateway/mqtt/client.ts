import type { Duplex } from 'node:stream';
import type { Packet } from 'mqtt-packet';
import { ACK_HEAD, ackLength, readAcks, writeAck } from './ack-packet.ts';
import type { AckRun, AckTarget } from './ack-group.ts';
import { CONNECTION_UNCOMMITTED_BYTES, WORKER_UNCOMMITTED_BYTES } from './context.ts';
import type { MqttContext, MqttPeer } from './context.ts';
import { encodePacket } from './library-codec.ts';
import type { ProtocolVersion } from './packet-type.ts';
import type { DeviceTally } from '../connections/device-tally.ts';
import type { PublishRoute } from './publish-route.ts';
import { ReasonCode, returnCode } from './reason-code.ts';
import { recordChange } from './session-journal.ts';
import type { Session } from './session.ts';
import type { Will } from './will.ts';

/** How long a connection that was told goodbye may take to read it. */
const GOODBYE_MS = 1_000;
/** Bytes of answers that may wait for one connection until what they answer is durable. */
const WAITING_BYTES = 65_536;
/** SUBSCRIBE and UNSUBSCRIBE packets that are taken at once, and how many more with each second. */
const CHANGES = { most: 64, perSecond: 32 };

/**
 * One MQTT connection: what was agreed in CONNECT, what it may still send, and everything that is written to it.
 *
 * Handlers of packets work on it; reading and the life of the session are the connection's, which listens to `ended`.
 */
export class Client implements AckTarget {
  readonly context: MqttContext;
  readonly socket: Duplex;
  readonly peer: MqttPeer;
  readonly sinceMs: number;
  state: 'new' | 'connecting' | 'open' | 'closed' = 'new';
  version: ProtocolVersion = 4;
  session: Session | null = null;
  will: Will | null = null;
  /** Where its messages are counted; null before it is let in. */
  tally: DeviceTally | null = null;
  lastSeenMs: number;
  /** Longest silence before it counts as gone; null where it need not speak. */
  silenceMs: number | null = null;
  /** QoS 1 messages taken and not yet acknowledged. */
  unacknowledged = 0;
  uncommitted = 0;
  /** Changes of subscriptions of late: a few bytes of one ask for all of the session to be written and told. */
  changes = 0;
  /** From CONNECT: what it can take. */
  receiveMaximum = 65_535;
  maximumPacketSize = Number.MAX_SAFE_INTEGER;
  wantsReasons = true;
  /** Whether it gave a session expiry interval above zero. */
  mayOutlive = false;
  aliases: (PublishRoute | undefined)[] | null = null;
  lastRoute: PublishRoute | null = null;
  readonly routes = new Map<string, PublishRoute>();
  /** Why it was closed, for the log; null while it is open. */
  closedFor: string | null = null;
  /** The connection's own, so that handlers need not know it. */
  ended: () => void = () => {};
  /** Called when what was written has gone out. */
  flushed: () => void = () => {};
  #run: AckRun | null = null;

  constructor(context: MqttContext, socket: Duplex, peer: MqttPeer) {
    this.context = context;
    this.socket = socket;
    this.peer = peer;
    this.sinceMs = context.clock.monotonicMs();
    this.lastSeenMs = this.sinceMs;
  }

  /** Writes at once. A reader that has let too much pile up is dropped. */
  write(bytes: Uint8Array): void {
    if (this.state === 'closed') return;
    if (this.socket.writableLength > this.context.limits().outgoingBytes) return this.drop('slow-reader');
    this.socket.write(bytes, this.flushed);
  }

  /** Whether it has read so much that it may be sent what is not an answer. */
  isReading(): boolean {
    return this.socket.writableLength + (this.#run?.length ?? 0) <= this.context.limits().outgoingBytes / 2;
  }

  send(packet: Packet): void {
    this.write(encodePacket(packet, this.version));
  }

  /** The run that what was just taken belongs to; it is written when that is durable. */
  run(): AckRun {
    return (this.#run = this.context.acks.runFor(this, this.#run));
  }

  /**
   * Acknowledges a packet once what was taken so far is durable.
   *
   * @param reason MQTT 5 reason code; 3.1.1 has none
   * @param text encoded properties for those who want them, or null
   */
  acknowledge(head: number, packetId: number, reason: number, text: Uint8Array | null): AckRun {
    const run = this.run();
    const code = this.version === 5 ? reason : 0;
    const words = this.version === 5 && this.wantsReasons && ackLength(text) <= this.maximumPacketSize ? text : null;
    const room = run.room(ackLength(words));
    run.advance(writeAck(room, run.length, head, packetId, code, words));
    if (head === ACK_HEAD.puback) {
      run.messages++;
      this.unacknowledged++;
    }
    if (head === ACK_HEAD.pubcomp || head === ACK_HEAD.pubrel) run.unfailing = true;
    return run;
  }

  /**
   * Writes bytes once what was recorded so far is durable: for what has no form for failure, so that the connection
   * ends where it is not kept.
   */
  writeOnceDurable(bytes: Uint8Array): AckRun {
    const run = this.run();
    run.room(bytes.length).set(bytes, run.length);
    run.advance(run.length + bytes.length);
    run.unfailing = true;
    return run;
  }

  /** Counts bytes that are taken and not durable. */
  hold(run: AckRun, bytes: number): void {
    run.uncommitted += bytes;
    this.uncommitted += bytes;
    this.context.flow.uncommitted += bytes;
  }

  /** Whether no more may be read until something is durable. */
  isFull(): boolean {
    return (
      this.uncommitted > CONNECTION_UNCOMMITTED_BYTES ||
      this.context.flow.uncommitted > WORKER_UNCOMMITTED_BYTES ||
      this.context.ingest.busy ||
      this.changes >= CHANGES.most ||
      (this.#run !== null && this.#run.length > WAITING_BYTES) ||
      // MQTT 3.1.1 cannot be told how much it may send: it is read no further instead.
      (this.version === 4 && this.unacknowledged >= this.context.limits().inFlight)
    );
  }

  /** A second went by. */
  rest(): void {
    this.changes = Math.max(0, this.changes - CHANGES.perSecond);
  }

  committed(run: AckRun): void {
    this.#release(run);
    if (run.length > 0) this.write(run.bytes());
  }

  /** What was taken cannot be made durable: "try later" in MQTT 5, and silence in 3.1.1, which cannot say it. */
  failed(run: AckRun): void {
    this.#release(run);
    const bytes = run.bytes();
    if (this.session !== null) this.session.stale = true;
    for (const packetId of run.kept) this.#unkeep(packetId);
    if (this.version === 4 || run.unfailing) return this.disconnect(ReasonCode.QuotaExceeded, 'journal-unavailable');
    const refusals = Buffer.alloc(bytes.length + bytes.length / 4);
    let length = 0;
    for (const [head, packetId, reason] of readAcks(bytes)) {
      length = writeAck(refusals, length, head, packetId, reason >= 0x80 ? reason : ReasonCode.QuotaExceeded, null);
    }
    if (length > 0) this.write(refusals.subarray(0, length));
  }

  /** A message that was not kept may come again as a new one. */
  #unkeep(packetId: number): void {
    const { session } = this;
    if (session === null || !session.received.delete(packetId)) return;
    recordChange(this.context.ingest, session, { kind: 'released', generation: session.generation, packetId });
  }

  #release(run: AckRun): void {
    if (this.#run === run) this.#run = null;
    this.unacknowledged -= run.messages;
    this.uncommitted -= run.uncommitted;
    this.context.flow.uncommitted -= run.uncommitted;
  }

  /**
   * Says why and closes: CONNACK before the session, DISCONNECT in it; MQTT 3.1.1 just sees it close.
   *
   * @param why a word for log and metrics
   */
  disconnect(reason: number, why: string): void {
    if (this.state === 'closed') return;
    if (this.state !== 'open') this.#refuseConnect(reason);
    else if (this.version === 5) this.send({ cmd: 'disconnect', reasonCode: reason });
    this.close(why);
  }

  #refuseConnect(reason: number): void {
    if (this.version === 5) {
      this.send({ cmd: 'connack', sessionPresent: false, reasonCode: reason });
      return;
    }
    const code = returnCode(reason);
    if (code !== null) this.send({ cmd: 'connack', sessionPresent: false, returnCode: code });
  }

  /** Closes after what was written has gone out. */
  close(why: string): void {
    if (this.state === 'closed') return;
    this.#over(why);
    this.socket.end();
    setTimeout(() => this.socket.destroy(), GOODBYE_MS).unref();
  }

  /** Closes at once, whatever was written. */
  drop(why: string): void {
    if (this.state === 'closed') return;
    this.#over(why);
    this.socket.destroy();
  }

  #over(why: string): void {
    this.state = 'closed';
    this.closedFor = why;
    this.ended();
  }
}
