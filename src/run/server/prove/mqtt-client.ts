import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import type { IConnackPacket, Packet } from 'mqtt-packet';
import type { PublishOutcome } from '#assure/controls/index.ts';
import type { Credential } from './credential.ts';
import type { Dial } from './dial-own.ts';

const MQTT_5 = 5;
const OPTIONS = { protocolVersion: MQTT_5 } as const;
/** Packets under way at most where the server names no smaller number. @see MQTT 5 section 3.2.2.3.3 */
const MOST_IN_FLIGHT = 65_535;
/** What an answer is called that never came: no reason code of MQTT is larger than a byte. */
const NO_ANSWER: PublishOutcome = { code: 0x100, text: 'no answer' };

/** Where and as whom to connect. */
export interface MqttPlace {
  readonly url: URL;
  /** PEM of the authority that the server must show a certificate of. */
  readonly authority: string;
  readonly credential: Credential | null;
  readonly clientId: string;
  /** Address of this machine to connect from. */
  readonly localAddress?: string;
  /** Signature algorithms to offer, in the form of OpenSSL; as the library does where they are left out. */
  readonly signatureAlgorithms?: string;
  readonly timeoutMs: number;
  readonly dial: Dial;
}

/** A server that let us in, or how it did not. */
export type MqttAnswer =
  | { readonly admitted: true; readonly client: MqttClient }
  | { readonly admitted: false; readonly protocol: string | null; readonly reason: string };

interface Waiting {
  readonly settle: (outcome: PublishOutcome) => void;
}

/** One MQTT 5 connection that publishes with QoS 1 and hears every answer: what a device does, and no more. */
export class MqttClient implements Disposable {
  readonly protocol: string | null;
  readonly #socket: TLSSocket;
  readonly #window: number;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #ended: PublishOutcome | null = null;
  #freed: (() => void) | null = null;
  readonly #over = Promise.withResolvers<void>();

  private constructor(socket: TLSSocket, connack: IConnackPacket) {
    this.protocol = socket.getProtocol();
    this.#socket = socket;
    this.#window = connack.properties?.receiveMaximum ?? MOST_IN_FLIGHT;
  }

  /** Shakes hands and sends CONNECT. Does not reject for the server's sake: what it said is the answer. */
  static async open(place: MqttPlace): Promise<MqttAnswer> {
    const { url, dial, localAddress } = place;
    try {
      return await MqttClient.#shakeHands(await dial(url, localAddress), place);
    } catch (error) {
      return { admitted: false, protocol: null, reason: reasonOf(error) };
    }
  }

  static #shakeHands(raw: Socket, place: MqttPlace): Promise<MqttAnswer> {
    const { url, authority, credential, clientId, signatureAlgorithms, timeoutMs } = place;
    return new Promise((resolve) => {
      let client: MqttClient | null = null;
      let protocol: string | null = null;
      const socket = connect({
        socket: raw,
        servername: url.hostname,
        ca: authority,
        minVersion: 'TLSv1.3',
        ...(signatureAlgorithms === undefined ? {} : { sigalgs: signatureAlgorithms }),
        ...(credential === null ? {} : { key: credential.key, cert: credential.certificate }),
      });
      const refuse = (reason: string): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve({ admitted: false, protocol, reason });
      };
      const timer = setTimeout(() => refuse('no answer'), timeoutMs);
      socket.once('secureConnect', () => {
        protocol = socket.getProtocol();
        socket.write(
          generate(
            { cmd: 'connect', protocolId: 'MQTT', protocolVersion: MQTT_5, clientId, clean: true, keepalive: 0 },
            OPTIONS,
          ),
        );
      });
      const packets = parser(OPTIONS);
      packets.on('packet', (packet: Packet) => {
        if (client !== null) return client.#take(packet);
        if (packet.cmd !== 'connack') return refuse(`answered ${packet.cmd}`);
        if (packet.reasonCode !== 0) return refuse(`connack 0x${(packet.reasonCode ?? 0x80).toString(16)}`);
        clearTimeout(timer);
        client = new MqttClient(socket, packet);
        resolve({ admitted: true, client });
      });
      packets.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => packets.parse(chunk));
      socket.on('error', (error) => {
        if (client === null) refuse(reasonOf(error));
      });
      socket.once('close', () => {
        if (client === null) refuse('closed');
        else client.#end({ code: NO_ANSWER.code, text: 'connection closed' });
      });
    });
  }

  /**
   * Publishes payloads one after the other without waiting for answers, as many at once as the server takes.
   *
   * @returns one outcome each, in order
   */
  async publish(topic: string, payloads: readonly string[], timeoutMs: number): Promise<readonly PublishOutcome[]> {
    const outcomes: Promise<PublishOutcome>[] = [];
    const timer = setTimeout(() => this.#end(NO_ANSWER), timeoutMs);
    try {
      for (const payload of payloads) {
        while (this.#waiting.size >= this.#window && this.#ended === null) {
          await new Promise<void>((resolve) => (this.#freed = resolve));
        }
        outcomes.push(this.#send(topic, payload));
      }
      return await Promise.all(outcomes);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when the server ends the session or the connection is lost. */
  get ended(): Promise<void> {
    return this.#over.promise;
  }

  get isEnded(): boolean {
    return this.#ended !== null;
  }

  /** Says goodbye, so that no will and no session stays behind. */
  [Symbol.dispose](): void {
    if (!this.#socket.destroyed) this.#socket.end(generate({ cmd: 'disconnect', reasonCode: 0 }, OPTIONS));
    this.#socket.unref();
  }

  /** Goes without a word, as a device does that has lost its power. */
  drop(): void {
    this.#socket.destroy();
  }

  #send(topic: string, payload: string): Promise<PublishOutcome> {
    if (this.#ended !== null) return Promise.resolve(this.#ended);
    const messageId = this.#nextId;
    this.#nextId = (this.#nextId % MOST_IN_FLIGHT) + 1;
    return new Promise((settle) => {
      this.#waiting.set(messageId, { settle });
      const packet = { cmd: 'publish', topic, payload, qos: 1, messageId, retain: false, dup: false } as const;
      this.#socket.write(generate(packet, OPTIONS));
    });
  }

  #take(packet: Packet): void {
    if (packet.cmd === 'puback') {
      const { messageId = 0, reasonCode = 0, properties } = packet;
      this.#waiting.get(messageId)?.settle({ code: reasonCode, text: properties?.reasonString ?? null });
      this.#waiting.delete(messageId);
      this.#freed?.();
    } else if (packet.cmd === 'disconnect') {
      this.#end({ code: packet.reasonCode ?? NO_ANSWER.code, text: 'disconnected' });
    }
  }

  #end(outcome: PublishOutcome): void {
    this.#ended ??= outcome;
    this.#over.resolve();
    for (const { settle } of this.#waiting.values()) settle(this.#ended);
    this.#waiting.clear();
    this.#freed?.();
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
