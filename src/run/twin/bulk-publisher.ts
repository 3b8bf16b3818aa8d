import { once } from 'node:events';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { generate } from 'mqtt-packet';
import { TwinError } from './errors.ts';
import type { DeviceCredential } from './simulated-device.ts';

const PUBACK = 4;
const DISCONNECT = 14;
const CONNACK = 2;
const PINGREQ = Buffer.of(0xc0, 0x00);

/** Seconds after which the platform may take the connection for dead, and the pause between two signs of life. */
const KEEP_ALIVE_SECONDS = 60;
const PING_EVERY_MS = 20_000;

/** What the platform said to one reading. */
export interface Outcome {
  /** MQTT 5 reason code; below 128: taken. */
  readonly code: number;
  /** Reason string, such as `range: A value is outside its declared range.`; null where there is none. */
  readonly text: string | null;
  readonly topic: string;
  readonly payload: Buffer;
}

export interface BulkPublisherOptions {
  readonly credential: DeviceCredential;
  readonly host: string;
  readonly port: number;
  /** Readings under way without acknowledgement, at most 65,535; the platform may allow fewer. */
  readonly window: number;
  /** Told once for each acknowledged reading. */
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * Publishes many readings as one device over MQTT 5, QoS 1 and mutual TLS, as fast as the platform takes them.
 *
 * `publish` waits only while the window is full; `flush` waits for every acknowledgement.
 */
export class BulkPublisher implements AsyncDisposable {
  readonly #socket: TLSSocket;
  readonly #onOutcome: BulkPublisherOptions['onOutcome'];
  #window: number;
  #rest: Buffer = Buffer.alloc(0);
  #nextId = 1;
  /** Readings under way by packet id, in the order in which they were sent. */
  readonly #open = new Map<number, { readonly topic: string; readonly payload: Buffer }>();
  #outgoing: Buffer[] = [];
  #scheduled = false;
  #waiting: (() => void)[] = [];
  #failure: TwinError | null = null;
  #connected: ((error: TwinError | null) => void) | null = null;

  private constructor(socket: TLSSocket, options: BulkPublisherOptions) {
    this.#socket = socket;
    this.#window = Math.min(options.window, 65_535);
    this.#onOutcome = options.onOutcome;
    const ping = setInterval(() => socket.write(PINGREQ), PING_EVERY_MS).unref();
    socket.once('close', () => clearInterval(ping));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (cause) =>
      this.#fail(new TwinError('TWIN_CONNECTION_LOST', `Cannot publish: ${cause.message}`, { cause })),
    );
    socket.on('close', () =>
      this.#fail(new TwinError('TWIN_CONNECTION_LOST', 'Cannot publish: the platform closed the connection')),
    );
  }

  /** @throws {TwinError} TWIN_CONNECT_REFUSED if the platform does not let the device in */
  static async connect(options: BulkPublisherOptions): Promise<BulkPublisher> {
    const { credential, host, port } = options;
    const socket = connect({
      host,
      port,
      key: credential.key,
      cert: credential.certificate,
      ca: credential.authority,
      servername: 'localhost',
    });
    socket.setNoDelay(true);
    try {
      await once(socket, 'secureConnect');
    } catch (cause) {
      throw new TwinError('TWIN_CONNECT_REFUSED', `Cannot connect ${credential.name}: ${(cause as Error).message}`, {
        cause,
      });
    }
    const publisher = new BulkPublisher(socket, options);
    const answer = new Promise<TwinError | null>((resolve) => {
      publisher.#connected = resolve;
    });
    const clientId = `${credential.name}-bulk-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        clean: true,
        clientId,
        keepalive: KEEP_ALIVE_SECONDS,
      }),
    );
    const refusal = await answer;
    if (refusal !== null) throw refusal;
    return publisher;
  }

  /** Readings that were sent and not acknowledged, oldest first: what to send again after a lost connection. */
  get unacknowledged(): readonly { readonly topic: string; readonly payload: Buffer }[] {
    return [...this.#open.values()];
  }

  /**
   * Queues one reading, waiting while the window is full.
   *
   * @throws {TwinError} TWIN_CONNECTION_LOST; the reading is then among `unacknowledged`
   */
  async publish(topic: string, payload: Buffer): Promise<void> {
    while (this.#open.size >= this.#window && this.#failure === null) await this.#acknowledged();
    // MQTT 5 section 2.2.1: an id is free again once it was acknowledged.
    while (this.#open.has(this.#nextId)) this.#nextId = nextId(this.#nextId);
    this.#open.set(this.#nextId, { topic, payload });
    if (this.#failure !== null) throw this.#failure;
    this.#outgoing.push(encodePublish(topic, this.#nextId, payload));
    this.#nextId = nextId(this.#nextId);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#write());
  }

  /** Resolves when everything published was acknowledged. */
  async flush(): Promise<void> {
    while (this.#open.size > 0 && this.#failure === null) await this.#acknowledged();
    if (this.#failure !== null) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#failure ??= new TwinError('TWIN_CONNECTION_LOST', 'Cannot publish: this publisher was closed');
    if (!this.#socket.destroyed)
      this.#socket.end(generate({ cmd: 'disconnect', protocolVersion: 5 } as never, { protocolVersion: 5 }));
    this.#socket.destroySoon();
  }

  #acknowledged(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #write(): void {
    this.#scheduled = false;
    if (this.#socket.destroyed) return;
    this.#socket.write(this.#outgoing.length === 1 ? (this.#outgoing[0] as Buffer) : Buffer.concat(this.#outgoing));
    this.#outgoing = [];
  }

  #fail(error: TwinError): void {
    this.#failure ??= error;
    this.#connected?.(this.#failure);
    this.#wake();
  }

  #receive(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const packet = cutPacket(data);
      if (packet === null) break;
      this.#handle(packet.type, packet.body);
      data = data.subarray(packet.end);
    }
    this.#rest = data;
    this.#wake();
  }

  #handle(type: number, body: Buffer): void {
    if (type === PUBACK) {
      const id = body.readUInt16BE(0);
      const reading = this.#open.get(id);
      if (reading === undefined) return;
      this.#open.delete(id);
      // MQTT 5 section 3.4: without a reason code the message was taken.
      const text = body.length > 3 ? reasonString(body.subarray(3)) : null;
      this.#onOutcome({ code: body[2] ?? 0, text, ...reading });
    } else if (type === CONNACK) {
      const reason = body[1] ?? 0x80;
      this.#window = Math.min(this.#window, receiveMaximum(body.subarray(2)));
      const text = reasonString(body.subarray(2));
      this.#connected?.(
        reason < 0x80
          ? null
          : new TwinError(
              'TWIN_CONNECT_REFUSED',
              `Cannot connect: reason 0x${reason.toString(16)}${text === null ? '' : `, ${text}`}`,
            ),
      );
    } else if (type === DISCONNECT) {
      const text = body.length > 1 ? reasonString(body.subarray(1)) : null;
      this.#fail(
        new TwinError(
          'TWIN_CONNECTION_LOST',
          `Cannot publish: disconnected with 0x${(body[0] ?? 0).toString(16)}${text === null ? '' : `, ${text}`}`,
        ),
      );
    }
  }
}

function nextId(id: number): number {
  return id === 65_535 ? 1 : id + 1;
}

/** PUBLISH, QoS 1, MQTT 5 without properties. */
function encodePublish(topic: string, id: number, payload: Buffer): Buffer {
  const name = Buffer.from(topic);
  const remaining = 2 + name.length + 2 + 1 + payload.length;
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
  const packet = Buffer.allocUnsafe(1 + lengthBytes + remaining);
  packet[0] = 0x32;
  let at = 1;
  for (let rest = remaining; ; rest >>>= 7) {
    packet[at++] = rest > 127 ? (rest & 127) | 128 : rest;
    if (rest <= 127) break;
  }
  at = packet.writeUInt16BE(name.length, at);
  at += name.copy(packet, at);
  at = packet.writeUInt16BE(id, at);
  packet[at++] = 0;
  payload.copy(packet, at);
  return packet;
}

function cutPacket(data: Buffer): { type: number; body: Buffer; end: number } | null {
  let length = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = data[i];
    if (byte === undefined) return null;
    length |= (byte & 127) << (7 * (i - 1));
    if (byte < 128) {
      const end = i + 1 + length;
      return data.length < end ? null : { type: (data[0] as number) >> 4, body: data.subarray(i + 1, end), end };
    }
  }
  return null;
}

/** Walks MQTT 5 properties (length first) and returns the value of one of the two kinds that matter here. */
function property(properties: Buffer, wanted: 0x1f | 0x21): Buffer | null {
  const sizes: Record<number, number> = {
    0x11: 4,
    0x13: 2,
    0x21: 2,
    0x22: 2,
    0x24: 1,
    0x25: 1,
    0x27: 4,
    0x28: 1,
    0x29: 1,
    0x2a: 1,
  };
  let at = 0;
  while (at < properties.length && (properties[at] as number) > 127) at++;
  at++;
  while (at < properties.length) {
    const id = properties[at++] as number;
    // Strings: one for reason, assigned client id and the like, two for a user property.
    const strings = id === 0x26 ? 2 : 1;
    const start = at;
    const size = sizes[id];
    if (size === undefined) {
      for (let i = 0; i < strings && at + 2 <= properties.length; i++) at += 2 + properties.readUInt16BE(at);
    } else at += size;
    if (id === wanted) return properties.subarray(start, at);
  }
  return null;
}

function reasonString(properties: Buffer): string | null {
  return property(properties, 0x1f)?.subarray(2).toString('utf8') ?? null;
}

function receiveMaximum(properties: Buffer): number {
  const value = property(properties, 0x21);
  return value === null || value.length < 2 ? 65_535 : value.readUInt16BE(0);
}
