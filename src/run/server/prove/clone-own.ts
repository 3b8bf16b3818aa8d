import { setTimeout as sleep } from 'node:timers/promises';
import { PROBE_DEVICE, PROBE_STREAM } from '#base/core/index.ts';
import type { CloneTrial, PublishOutcome } from '#assure/controls/index.ts';
import { DISABLED_PROBE, parsePemCertificates } from '#trust/identity/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { PlatformAddress } from '../platform-status.ts';
import type { Credential } from './credential.ts';
import type { Dial } from './dial-own.ts';
import { callHttps } from './https-call.ts';
import type { MqttAnswer } from './mqtt-client.ts';
import { CREDENTIAL_LIFE, PROVER } from './run-credentials.ts';

/** What the trial reaches of the platform. */
export interface CloneParts {
  readonly identity: Identity;
  readonly address: () => PlatformAddress;
  readonly credential: Credential;
  readonly open: (credential: Credential, localAddress?: string) => Promise<MqttAnswer>;
  /** Publishes as the device on a connection of its own. */
  readonly publish: (topic: string, payloads: readonly string[]) => Promise<readonly PublishOutcome[]>;
  readonly now: () => string;
  /** Whether the log has had an event of clones about a device since a time. */
  readonly told: (device: string, why: string, since: string) => Promise<boolean>;
  /** Asks until it is so, or for some seconds. */
  readonly within: (ask: () => Promise<boolean>) => Promise<boolean>;
  /** Longer than the moment that a device which moves is given. */
  readonly graceMs: number;
  readonly timeoutMs: number;
  readonly dial: Dial;
}

/** On Linux all of 127.0.0.0/8 is this machine. */
const [SECOND, THIRD] = ['127.0.0.2', '127.0.0.3'];
const TURNS = 10;

/** Is two devices with one identity, in each way in which that shows, and looks for the events. */
export async function cloneOwn(parts: CloneParts): Promise<CloneTrial> {
  const { credential, open, told, within, now, graceMs } = parts;
  const seen = (why: string, since: string, device: string = PROBE_DEVICE) => within(() => told(device, why, since));
  const began = now();
  const [first, again] = [await open(credential), await open(credential)];
  await sleep(graceMs);
  const quiet = !(await told(PROBE_DEVICE, 'address', began));
  const second = await open(credential, SECOND);
  const noticed = second.admitted && (await seen('address', began));
  for (const answer of [first, again, second]) if (answer.admitted) answer.client[Symbol.dispose]();
  // An event like the last one, so it is looked for from here on.
  const later = now();
  const overHttps = await callInTurn(parts);
  await countTwice(parts);
  await certifyTwice(parts);
  return {
    first: first.admitted,
    second: second.admitted,
    quiet,
    noticed,
    noticedOverHttps: overHttps && (await seen('address', later)),
    countersNoticed: await seen('seq', later),
    keyNoticed: await seen('key', later, DISABLED_PROBE),
  };
}

/** Requests from two addresses in turn; whether both were answered. What they ask does not matter, who asks does. */
async function callInTurn({ identity, address, credential, timeoutMs, dial }: CloneParts): Promise<boolean> {
  const url = new URL(`/v1/streams/${PROBE_STREAM}`, address().https);
  const common = { method: 'GET', url, authority: identity.certificates.root, credential, body: null, timeoutMs, dial };
  for (let turn = 0; turn < 6; turn++) {
    const localAddress = turn % 2 === 0 ? '127.0.0.1' : THIRD;
    const answer = await callHttps({ ...common, localAddress }).catch(() => null);
    if (answer === null) return false;
  }
  return true;
}

/** Two counters of `seq` that take turns, a second apart. Both are behind what any later run counts. */
async function countTwice({ publish }: CloneParts): Promise<void> {
  const ahead = Date.now() * 1_000;
  const payloads = Array.from({ length: TURNS }, (_, turn) => [ahead + turn, ahead - 1_000_000 + turn]);
  await publish(
    `streams/${PROBE_STREAM}`,
    payloads.flat().map((seq) => JSON.stringify({ n: 0, seq })),
  );
}

/** The key of one device for another, which is disabled for good. */
async function certifyTwice({ identity, credential }: CloneParts): Promise<void> {
  const [own] = parsePemCertificates(credential.certificate);
  if (own !== undefined) await identity.inventory.certifyDisabled(CREDENTIAL_LIFE, PROVER, own.publicKey);
}
