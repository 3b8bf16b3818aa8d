import { once } from 'node:events';
import { connect } from 'node:tls';
import type { OnReadOpts } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';

/** What the load generator is told to do; it runs as a process of its own. */
export interface Load {
  readonly port: number;
  readonly authority: string;
  readonly connections: readonly { readonly key: string; readonly certificate: string; readonly clientId: string }[];
  /** Readings under way per connection. */
  readonly window: number;
  readonly topic: string;
  /** Payloads that each connection sends in turn, each beginning at another. */
  readonly payloads: readonly string[];
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Readings per second over all connections; null for as fast as they are acknowledged. */
  readonly rate: number | null;
  /** With a set rate, how many readings of a connection are written at once; by default a quarter of a window. */
  readonly piece?: number;
  /** Ends before its time once so many are acknowledged. */
  readonly most?: number;
}

export interface LoadResult {
  /** After the warm-up. */
  readonly acknowledged: number;
  /** From the start, the warm-up included. */
  readonly total: number;
  /** Given to the sockets from the start. */
  readonly sent: number;
  readonly perSecond: number;
  /**
   * Milliseconds to acknowledgement; null without a set rate. They count from the write, or from when a reading was due
   * where a full window held it back.
   */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** Processor time of the generator itself for each acknowledged reading, microseconds. */
  readonly generatorMicros: number;
  /** Readings that a write took with it, on average. */
  readonly perWrite: number;
  /** How many were acknowledged when, from the start, looked at every 10 ms. */
  readonly curve: readonly CurvePoint[];
}

/** So many readings were acknowledged at a moment of the machine's monotonic clock, in milliseconds. */
export interface CurvePoint {
  readonly atMs: number;
  readonly readings: number;
}

/** The machine's monotonic clock in milliseconds, which all processes share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const CURVE_EVERY_MS = 10;

/** What comes is read into it. */
const INCOMING = Buffer.allocUnsafe(65_536);

/**
 * Sends QoS 1 publishes over MQTT 3.1.1 and TLS and counts acknowledgements, with as little work per reading as can
 * be: packets are encoded once, and windows of them are written in one piece. The same for every server.
 */
class Connection {
  readonly #socket: TLSSocket;
  readonly #ring: Ring;
  readonly #window: number;
  /** By packet id less one: no more than a window of them is under way. */
  readonly #sentAt: Float64Array;
  readonly #latencies: number[] | null;
  /** What was due while the window was full: how many, and since when. */
  readonly #owed: { count: number; readonly since: number }[] = [];
  #next: number;
  #ackBytes = 0;
  inFlight = 0;
  acknowledged = 0;
  writes = 0;

  private constructor(socket: TLSSocket, load: Load, index: number, ring: Ring, latencies: number[] | null) {
    this.#socket = socket;
    this.#window = load.window;
    this.#ring = ring;
    // Each begins elsewhere in the ring, where a window begins.
    this.#next = ((index * 97) % (ring.ends.length / load.window)) * load.window;
    this.#sentAt = new Float64Array(load.window);
    this.#latencies = latencies;
  }

  static async open(load: Load, index: number, ring: Ring, latencies: number[] | null): Promise<Connection> {
    const credential = load.connections[index] as Load['connections'][number];
    const greeted = Promise.withResolvers<Buffer>();
    let connection: Connection | null = null;
    // The declarations of Node know `onread` of plain sockets only.
    const options: ConnectionOptions & { readonly onread: OnReadOpts } = {
      host: '127.0.0.1',
      port: load.port,
      key: credential.key,
      cert: credential.certificate,
      ca: load.authority,
      servername: 'localhost',
      // One buffer for all connections: of what comes only the length matters.
      onread: {
        buffer: INCOMING,
        callback: (length) => {
          if (connection === null) greeted.resolve(Buffer.from(INCOMING.subarray(0, length)));
          else connection.#received(length);
          return true;
        },
      },
    };
    const socket = connect(options);
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    const id = Buffer.from(credential.clientId);
    const body = Buffer.concat([Buffer.from([0, 4, 77, 81, 84, 84, 4, 2, 0, 0, id.length >> 8, id.length & 255]), id]);
    socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]));
    const connack = await greeted.promise;
    if (connack[0] !== 0x20 || connack[3] !== 0) throw new Error(`connection refused: ${connack.toString('hex')}`);
    return (connection = new Connection(socket, load, index, ring, latencies));
  }

  /** Begins with a window, and goes on with as many as are acknowledged. */
  runClosed(): void {
    this.#write(this.#window, 0);
  }

  /** Sends what is due now; what the window has no room for goes once it has, and has waited since now. */
  due(count: number): void {
    this.#owed.push({ count, since: performance.now() });
    this.#payOwed();
  }

  #received(length: number): void {
    // Acknowledgements of 3.1.1 are 4 bytes each; a part of one waits for its rest.
    this.#ackBytes += length;
    const count = this.#ackBytes >> 2;
    this.#ackBytes &= 3;
    this.#settle(count);
    if (this.#latencies === null) this.#write(count, 0);
    else this.#payOwed();
  }

  #payOwed(): void {
    for (let [first] = this.#owed; first !== undefined; [first] = this.#owed) {
      const count = Math.min(first.count, this.#window - this.inFlight);
      if (count === 0) return;
      this.#write(count, first.since);
      first.count -= count;
      if (first.count === 0) this.#owed.shift();
    }
  }

  #write(count: number, since: number): void {
    const { bytes, ends } = this.#ring;
    for (let left = count; left > 0;) {
      const take = Math.min(left, ends.length - this.#next);
      const from = this.#next === 0 ? 0 : (ends[this.#next - 1] as number);
      this.#socket.write(bytes.subarray(from, ends[this.#next + take - 1]));
      this.writes += 1;
      if (this.#latencies !== null) {
        for (let i = 0; i < take; i++) this.#sentAt[(this.#next + i) % this.#window] = since;
      }
      this.#next = (this.#next + take) % ends.length;
      left -= take;
    }
    this.inFlight += count;
  }

  close(): void {
    this.#socket.destroy();
  }

  #settle(count: number): void {
    if (this.#latencies !== null) {
      const now = performance.now();
      const oldest = this.#next + this.#ring.ends.length - this.inFlight;
      for (let i = 0; i < count; i++) {
        this.#latencies.push(now - (this.#sentAt[(oldest + i) % this.#window] as number));
      }
    }
    this.inFlight -= count;
    this.acknowledged += count;
  }
}

/** Packets that follow each other, encoded once for all connections. */
interface Ring {
  readonly bytes: Buffer;
  /** Where each packet ends in `bytes`. */
  readonly ends: Uint32Array;
}

/** The ring holds a whole number of windows, so that ids and payloads both come round. */
function makeRing({ payloads, window, topic }: Load): Ring {
  const count = Math.ceil(payloads.length / window) * window;
  const packets = Array.from({ length: count }, (_, i) =>
    encode(topic, (i % window) + 1, payloads[i % payloads.length] ?? ''),
  );
  const ends = new Uint32Array(count);
  let end = 0;
  for (const [i, packet] of packets.entries()) ends[i] = end += packet.length;
  return { bytes: Buffer.concat(packets), ends };
}

function encode(topic: string, id: number, payload: string): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.concat([
    Buffer.from([name.length >> 8, name.length & 255]),
    name,
    Buffer.from([id >> 8, id & 255]),
    Buffer.from(payload),
  ]);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([0x32, ...length]), body]);
}

/** Runs one load and answers with what was acknowledged after the warm-up. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const latencies: number[] | null = load.rate === null ? null : [];
  const ring = makeRing(load);
  const connections: Connection[] = [];
  for (let i = 0; i < load.connections.length; i++) connections.push(await Connection.open(load, i, ring, latencies));
  const curve: CurvePoint[] = [];
  const look = (): unknown => curve.push({ atMs: machineMs(), readings: total(connections) });
  const drawer = setInterval(look, CURVE_EVERY_MS);
  if (load.rate === null) for (const connection of connections) connection.runClosed();
  const pacer = load.rate === null ? null : pace(connections, load, load.rate);
  await sleep(load.warmUpSeconds);
  latencies?.splice(0);
  const before = total(connections);
  const usedBefore = process.cpuUsage();
  const start = performance.now();
  await enough(load, connections, start);
  const acknowledged = total(connections) - before;
  const perSecond = (acknowledged / (performance.now() - start)) * 1_000;
  const used = process.cpuUsage(usedBefore);
  if (pacer !== null) clearInterval(pacer);
  clearInterval(drawer);
  const measured = latencies === null ? null : Float64Array.from(latencies).sort();
  for (const connection of connections) connection.close();
  look();
  const all = total(connections);
  const sent = connections.reduce((sum, { inFlight }) => sum + inFlight, all);
  return {
    acknowledged,
    total: all,
    sent,
    perSecond,
    latency: measured === null ? null : quantiles(measured),
    curve,
    perWrite: sent / connections.reduce((sum, { writes }) => sum + writes, 0),
    generatorMicros: (used.user + used.system) / acknowledged,
  };
}

function quantiles(sorted: Float64Array): NonNullable<LoadResult['latency']> {
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/**
 * Gives out what is due every 2 ms, connection after connection, a piece at a time: the rate is even, whatever becomes
 * of what was sent, and no reading costs a packet of its own, which would measure the load generator.
 */
function pace(connections: readonly Connection[], load: Load, rate: number): NodeJS.Timeout {
  const piece = Math.max(1, load.piece ?? load.window >> 2);
  let due = 0;
  let last = performance.now();
  let turn = 0;
  return setInterval(() => {
    const now = performance.now();
    due += ((now - last) / 1_000) * rate;
    last = now;
    for (; due >= piece; due -= piece) connections[turn++ % connections.length]?.due(piece);
  }, 2);
}

async function enough({ seconds, most }: Load, connections: readonly Connection[], start: number): Promise<void> {
  if (most === undefined) return sleep(seconds);
  while (total(connections) < most && performance.now() - start < seconds * 1_000) await sleep(0.02);
}

function total(connections: readonly Connection[]): number {
  return connections.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}

if (import.meta.main) {
  process.once('message', (load: Load) => {
    runLoad(load).then(
      (result) => process.send?.(result, () => process.disconnect?.()),
      (error: Error) => process.send?.({ error: error.message }, () => process.exit(1)),
    );
  });
}
