import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import { generate, parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { systemClock } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import type { Limits, Stream } from '#declare/template/index.ts';
import { REASON } from '#flow/ingest/index.ts';
import { DEVICE_FLAG } from '#trust/identity/index.ts';
import { ConnectionBook } from '../connections/connection-book.ts';
import type { ConnectionSummary } from '../connections/connection-summary.ts';
import type { DeviceEntry, IngestPort } from '../ports.ts';
import { RefusalTally } from '../tls/refusal-tally.ts';
import { AckGroups } from './ack-group.ts';
import { encodeAckProperties } from './ack-packet.ts';
import { HubClient } from './hub-client.ts';
import type { HubLine, FromHub, ToHub } from './hub-message.ts';
import { MqttService } from './mqtt-service.ts';
import { emptyPublish } from './publish-packet.ts';
import { SessionHub } from './session-hub.ts';

export const TRUCK: DeviceEntry = { index: 0, name: 'truck-7', type: 'reefer', speaksFor: ['sensor'], serials: ['0A'] };
export const SENSOR: DeviceEntry = { index: 1, name: 'sensor-1', type: 'sensor', speaksFor: [], serials: ['0B'] };
const DEVICES: readonly DeviceEntry[] = [TRUCK, SENSOR];

/** Takes whatever comes; the test says what it answers and when it is durable. */
export class FakeIngest implements IngestPort {
  readonly admitted: { stream: string; about: string; payload: string; format: string }[] = [];
  readonly refused: { device: string; stream: string; reason: number }[] = [];
  readonly sessions: { session: string; event: Uint8Array }[] = [];
  readonly events: { kind: string; detail: string | null; client: string | null }[] = [];
  busy = false;
  place = '';
  dropped: readonly string[] = [];
  /** Answer to each reading; payloads that hold `refuse:<word>` are answered with that reason. */
  reason = 0;
  failing = false;
  #open: PromiseWithResolvers<void> | null = null;
  #held = false;

  admit(_: unknown, stream: string, about: { name: string }, payload: Uint8Array, format: string): number {
    const text = Buffer.from(payload).toString();
    const word = /refuse:([a-z-]+)/.exec(text)?.[1];
    const reason = word === undefined ? this.reason : (Object.values(REASON).find((r) => r.word === word)?.number ?? 0);
    if (reason === 0) this.admitted.push({ stream, about: about.name, payload: text, format });
    return reason;
  }

  admitMany(): never {
    throw new Error('not used by MQTT tests');
  }

  allowance(): never {
    throw new Error('not used by MQTT tests');
  }

  refuse(device: string, stream: string, reason: number): number {
    this.refused.push({ device, stream, reason });
    return reason;
  }

  recordSession(session: string, event: Uint8Array): void {
    this.sessions.push({ session, event });
  }

  recordEvent(_: unknown, kind: string, detail: string | null, client: string | null): number {
    this.events.push({ kind, detail, client });
    return 0;
  }

  durable(): Promise<void> {
    if (this.#open === null) {
      this.#open = Promise.withResolvers();
      this.#open.promise.catch(() => {});
      if (!this.#held) setImmediate(() => this.#settle());
    }
    return this.#open.promise;
  }

  /** Nothing becomes durable until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#settle();
  }

  #settle(): void {
    const open = this.#open;
    this.#open = null;
    if (this.failing) open?.reject(new Error('no room'));
    else open?.resolve();
  }
}

const LIMITS = {
  payloadBytes: 4_096,
  inFlight: 10,
  topicAliases: 4,
  sessionExpiry: 3_600_000,
  keepAlive: 300_000,
  connectTimeout: 10_000,
  outgoingBytes: 65_536,
} as unknown as Limits;

const TRANSPORT = { network: '192.0.2.0/24', tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519', stack: null };

export interface MqttBench {
  readonly ingest: FakeIngest;
  readonly service: MqttService;
  readonly hub: SessionHub;
  readonly limits: { -readonly [Name in keyof Limits]: Limits[Name] };
  /** Flags of each device by index. */
  readonly flags: number[];
  readonly reports: string[];
  /** What was told of connections: all of it after `connections.flush()`. */
  readonly summaries: ConnectionSummary[];
  readonly connections: ConnectionBook;
  /** A connection of a device that nothing was sent on yet. */
  open(device?: DeviceEntry): RawClient;
  /** A connection after CONNECT and CONNACK. */
  connect(packet?: Partial<Packet & { cmd: 'connect' }>, device?: DeviceEntry): Promise<RawClient>;
}

/** The MQTT side of a worker without TLS, network, ingest or journal. */
export function startMqtt(clock: Clock = systemClock): MqttBench {
  const ingest = new FakeIngest();
  const limits = { ...LIMITS };
  const flags = DEVICES.map((): number => DEVICE_FLAG.known);
  const reports: string[] = [];
  const summaries: ConnectionSummary[] = [];
  const connections = new ConnectionBook({
    clock,
    isStream: (name) => name === 'climate',
    told: (summary) => summaries.push(summary),
  });
  const hub = new SessionHub({
    clock,
    parkedPerDevice: 8,
    events: {
      delivered: (_, id) => reports.push(`delivered ${id}`),
      undelivered: (_, id, reason) => reports.push(`undelivered ${id} ${reason}`),
    },
  });
  const ends = linePair();
  hub.attach(ends.hub);
  const strict = { onRefusal: 'disconnect' } as Stream;
  const service: MqttService = new MqttService({
    clock,
    random: systemRandom,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: (fields) => reports.push(JSON.stringify(fields)) },
    metrics: { count: () => {}, gauge: () => {} },
    refusals: new RefusalTally(),
    connections,
    ingest,
    devices: { find: (name) => DEVICES.find((device) => device.name === name) ?? null },
    table: {
      flags: (index) => flags[index] ?? 0,
      mayAct: (index) => flags[index] === DEVICE_FLAG.known,
      connect: () => true,
      disconnect: () => {},
    },
    acks: new AckGroups(() => ingest.durable()),
    hub: new HubClient(
      ends.worker,
      MqttService.requests(() => service),
    ),
    limits: () => limits,
    stream: (name) => (name === 'strict' ? strict : undefined),
    version: () => 1,
    publish: emptyPublish(),
    ack: { packetId: 0, reason: 0 },
    flow: { uncommitted: 0 },
    words: {
      refusal: (reason, stream, place) => encodeAckProperties(`reason ${reason}`, { stream, place }),
      dropped: (names) => encodeAckProperties('dropped', { names: names.join(' ') }),
    },
  });
  const open = (device = TRUCK): RawClient => {
    const [ours, theirs] = duplexPair();
    service.accept(theirs, {
      device,
      serial: device.serials[0] ?? '',
      id: 'c',
      from: { address: '192.0.2.1', own: false },
      transport: TRANSPORT,
    });
    return new RawClient(ours);
  };
  const connect: MqttBench['connect'] = async (packet = {}, device = TRUCK) => {
    const client = open(device);
    client.send(connectPacket(packet));
    const answer = await client.next('connack');
    client.connack = answer;
    return client;
  };
  return { ingest, service, hub, limits, flags, reports, summaries, connections, open, connect };
}

/** A CONNECT of MQTT 5 with a clean start, changed as wanted. */
export function connectPacket(packet: Partial<Packet & { cmd: 'connect' }> = {}): Packet & { cmd: 'connect' } {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clean: true,
    clientId: 'c1',
    keepalive: 60,
    ...packet,
  };
}

function linePair(): { hub: HubLine<FromHub, ToHub>; worker: HubLine<ToHub, FromHub> } {
  let toHub: (message: ToHub) => void = () => {};
  let toWorker: (message: FromHub) => void = () => {};
  return {
    hub: { post: (m) => setImmediate(() => toWorker(structuredClone(m))), listen: (heard) => void (toHub = heard) },
    worker: { post: (m) => setImmediate(() => toHub(structuredClone(m))), listen: (heard) => void (toWorker = heard) },
  };
}

/**
 * Lets all that is under way on the MQTT side come to rest. Nothing there waits for a clock or a network: each step is a
 * turn of the event loop, so turns are counted and not milliseconds, which a busy machine may give to something else.
 */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Longer than any machine needs: it ends a test that would wait for ever. */
const WAIT_MS = 60_000;

/** The device's end of a connection, packet by packet. */
export class RawClient {
  readonly socket: Duplex;
  readonly received: Packet[] = [];
  connack: (Packet & { cmd: 'connack' }) | null = null;
  closed = false;
  #version: 4 | 5 = 5;
  #decoder = parser({ protocolVersion: 5 });
  #wake: () => void = () => {};

  constructor(socket: Duplex) {
    this.socket = socket;
    this.#listen();
    socket.on('data', (chunk: Buffer) => {
      this.#decoder.parse(chunk);
      this.#wake();
    });
    const over = (): void => {
      this.closed = true;
      this.#wake();
    };
    socket.on('end', over);
    socket.on('close', over);
    socket.on('error', over);
  }

  #listen(): void {
    this.#decoder.on('packet', (packet: Packet) => this.received.push(packet));
  }

  send(packet: Packet): void {
    if (packet.cmd === 'connect' && packet.protocolVersion === 4) {
      this.#version = 4;
      this.#decoder = parser({ protocolVersion: 4 });
      this.#listen();
    }
    this.socket.write(generate(packet, { protocolVersion: this.#version }));
  }

  bytes(...bytes: number[]): void {
    this.socket.write(Buffer.from(bytes));
  }

  publish(packetId: number, payload: string, more: Partial<Packet & { cmd: 'publish' }> = {}): void {
    const qos = packetId === 0 ? 0 : 1;
    const id = packetId === 0 ? {} : { messageId: packetId };
    this.send({ cmd: 'publish', topic: 'streams/climate', qos, dup: false, retain: false, payload, ...id, ...more });
  }

  /** The next packet, whatever it is. */
  async packet(wanted = 'packet'): Promise<Packet> {
    await this.#until(() => this.received.length > 0 || this.closed, `a ${wanted}`);
    const packet = this.received.shift();
    if (packet === undefined) throw new Error(`the connection closed before a ${wanted}`);
    return packet;
  }

  /** The next packet, which must be of this kind. */
  async next<Kind extends Packet['cmd']>(kind: Kind): Promise<Packet & { cmd: Kind }> {
    const packet = await this.packet(kind);
    if (packet.cmd !== kind) throw new Error(`expected a ${kind}, got ${JSON.stringify(packet)}`);
    return packet as Packet & { cmd: Kind };
  }

  /** Waits for the connection to be closed with nothing more said. */
  async close(): Promise<void> {
    await this.#until(() => this.closed, 'the end');
    if (this.received.length > 0) throw new Error(`more was said: ${JSON.stringify(this.received)}`);
  }

  /** Nothing more comes and the connection stays open. */
  async silence(): Promise<void> {
    await settle();
    if (this.received.length > 0) throw new Error(`something was said: ${JSON.stringify(this.received)}`);
    if (this.closed) throw new Error('the connection closed');
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const end = performance.now() + WAIT_MS;
    while (!holds()) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`waited in vain for ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
