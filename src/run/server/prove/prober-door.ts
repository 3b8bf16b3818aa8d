import { setTimeout as sleep } from 'node:timers/promises';
import { toHex } from '#base/core/index.ts';
import type { Clock, Json, Random } from '#base/core/index.ts';
import type {
  ApiAnswer,
  ConnectOutcome,
  CredentialKind,
  Pace,
  ProbeCaller,
  ProgramCredentialKind,
  PublishOutcome,
  TlsListener,
} from '#assure/controls/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { PlatformAddress } from '../platform-status.ts';
import type { Credential } from './credential.ts';
import { dialOwn } from './dial-own.ts';
import type { Dial } from './dial-own.ts';
import { callHttps } from './https-call.ts';
import { MqttClient } from './mqtt-client.ts';
import type { MqttAnswer, MqttPlace } from './mqtt-client.ts';
import { makeRunCredentials } from './run-credentials.ts';
import type { RunCredentials } from './run-credentials.ts';
import type { TokenBucket } from './token-bucket.ts';

export interface ProberDoorParts {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly template: () => Template;
  readonly address: () => PlatformAddress;
  /** Makes a connection known to the gateway as the platform's own. */
  readonly ownConnection: Parameters<typeof dialOwn>[0];
}

/** A listener answers within this, in milliseconds. */
export const ANSWER_MS = 10_000;
/** What gives way to everybody else on the processor, as making a dataset does, is answered within this. */
const GIVING_WAY_MS = 60_000;
/** A fresh certificate reaches the gateway's threads within this. */
const KNOWN_WITHIN_MS = 5_000;

/** One of the platform's listeners, as the device of the prober comes to it. */
export interface ProberPlace {
  readonly url: URL;
  readonly authority: string;
  readonly credential: Credential;
  readonly timeoutMs: number;
  readonly dial: Dial;
}

/** The ways of the prober through the platform's own listeners, with the credentials of one run. */
export class ProberDoor {
  /** Makes connections that the gateway knows as the platform's own. */
  readonly dial: Dial;
  readonly #parts: ProberDoorParts;
  readonly #credentials: RunCredentials;
  readonly #bucket: TokenBucket;

  private constructor(parts: ProberDoorParts, credentials: RunCredentials, bucket: TokenBucket) {
    this.#parts = parts;
    this.#credentials = credentials;
    this.#bucket = bucket;
    this.dial = dialOwn(parts.ownConnection);
  }

  /**
   * Makes the credentials of a run and waits until the gateway knows them.
   *
   * @param bucket keeps within the rate of the stream `_probe`, over runs
   */
  static async open(parts: ProberDoorParts, bucket: TokenBucket): Promise<ProberDoor> {
    const { identity, clock, random, template } = parts;
    const credentials = await makeRunCredentials(identity, clock, random, template().signIn);
    const door = new ProberDoor(parts, credentials, bucket);
    const deadline = performance.now() + KNOWN_WITHIN_MS;
    for (;;) {
      const { admitted, reason } = await door.connect('good');
      // A listener that is not there will not learn of a certificate either: let the probes say so.
      if (admitted || reason?.startsWith('connack') !== true || performance.now() > deadline) return door;
      await sleep(50);
    }
  }

  /** The credential of the device `_probe`. */
  get device(): Credential {
    return this.#credentials.device;
  }

  /** A listener of the platform, for whoever shakes hands with it in a way of its own. */
  place(listener: TlsListener, path?: string): ProberPlace {
    const { address, identity } = this.#parts;
    const url = path === undefined ? new URL(address()[listener]) : new URL(path, address()[listener]);
    const authority = identity.certificates.root;
    return { url, authority, credential: this.device, timeoutMs: ANSWER_MS, dial: this.dial };
  }

  async connect(kind: CredentialKind): Promise<ConnectOutcome> {
    const answer = await this.open(this.#credentialOf(kind));
    if (!answer.admitted) return { admitted: false, protocol: answer.protocol, reason: answer.reason };
    using client = answer.client;
    return { admitted: true, protocol: client.protocol, reason: null };
  }

  /** Opens a connection of its own over MQTT. */
  open(
    credential: Credential | null = this.device,
    way: Pick<MqttPlace, 'localAddress' | 'signatureAlgorithms'> = {},
  ): Promise<MqttAnswer> {
    const clientId = `_probe-${toHex(this.#parts.random.bytes(6))}`;
    return MqttClient.open({ ...this.place('mqtt'), credential, clientId, ...way });
  }

  /** The same, as the device. @throws {Error} where it is not admitted */
  async openAsDevice(way: Pick<MqttPlace, 'localAddress' | 'signatureAlgorithms'> = {}): Promise<MqttClient> {
    const answer = await this.open(this.device, way);
    if (!answer.admitted) throw new Error(`The prober was not admitted: ${answer.reason}`);
    return answer.client;
  }

  /** Publishes as the device within what the stream `_probe` takes, or as fast as it can. */
  async publish(topic: string, payloads: readonly string[], pace: Pace = 'polite'): Promise<readonly PublishOutcome[]> {
    using client = await this.openAsDevice();
    if (pace === 'flood') {
      const outcomes = await client.publish(topic, payloads, ANSWER_MS);
      // What came back into the gateway's bucket meanwhile was used up as well.
      this.#bucket.empty();
      return outcomes;
    }
    const outcomes: PublishOutcome[] = [];
    while (outcomes.length < payloads.length) {
      const { taken, waitMs } = this.#bucket.take(payloads.length - outcomes.length);
      if (taken === 0) await sleep(waitMs);
      else {
        const next = payloads.slice(outcomes.length, outcomes.length + taken);
        outcomes.push(...(await client.publish(topic, next, ANSWER_MS)));
      }
    }
    return outcomes;
  }

  /** Publishes as the device to a stream that takes more than `_probe` does. */
  async publishAtOnce(topic: string, payloads: readonly string[]): Promise<readonly PublishOutcome[]> {
    using client = await this.openAsDevice();
    return await client.publish(topic, payloads, ANSWER_MS);
  }

  async call(method: string, path: string, body: Json | null, as: ProbeCaller): Promise<ApiAnswer> {
    const { prober, guest } = this.#credentials;
    if (as === 'device') {
      for (let pause = this.#bucket.take(1); pause.taken === 0; pause = this.#bucket.take(1)) await sleep(pause.waitMs);
      return callHttps({ ...this.place('https', path), method, body });
    }
    const { credential: _, ...place } = { ...this.place('api', path), timeoutMs: patienceWith(method, path) };
    if (as === 'nobody') return callHttps({ ...place, method, body });
    return callHttps({ ...place, method, body, token: as === 'prober' ? prober : guest });
  }

  showCredential(kind: ProgramCredentialKind, path: string): Promise<ApiAnswer> {
    const { credential: _, ...place } = this.place('api', path);
    return callHttps({ ...place, method: 'GET', body: null, token: this.#credentials.program.get(kind) ?? '' });
  }

  #credentialOf(kind: CredentialKind): Credential | null {
    if (kind === 'none') return null;
    if (kind === 'good') return this.device;
    return this.#credentials.misfits.get(kind) ?? null;
  }
}

/** How long an answer may take, in milliseconds. */
export function patienceWith(method: string, path: string): number {
  return method === 'POST' && path === '/v1/datasets' ? GIVING_WAY_MS : ANSWER_MS;
}
