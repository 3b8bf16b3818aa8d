import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROBE_DEVICE } from '#base/core/index.ts';
import type { RevokeTrial } from '#assure/controls/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import { describeCertificate } from '#trust/identity/index.ts';
import type { PlatformAddress } from '../platform-status.ts';
import type { Credential } from './credential.ts';
import type { Dial } from './dial-own.ts';
import { callHttps, connectionFor } from './https-call.ts';
import type { MqttAnswer } from './mqtt-client.ts';
import { CREDENTIAL_LIFE, PROVER } from './run-credentials.ts';

/** What the trial reaches of the platform. */
export interface RevokeParts {
  readonly identity: Identity;
  readonly address: () => PlatformAddress;
  /** Opens an MQTT session with a credential. */
  readonly open: (credential: Credential) => Promise<MqttAnswer>;
  /** Another credential of the same device. */
  readonly other: Credential;
  /** Whether the log has since had a refused connection with the reason `revoked`. */
  readonly logged: () => Promise<boolean>;
  readonly timeoutMs: number;
  readonly dial: Dial;
}

const PATIENCE_MS = 5_000;

/** Gives `_probe` a certificate, uses it, takes it back, and looks what is left of it. */
export async function revokeOwn(parts: RevokeParts): Promise<RevokeTrial> {
  const { identity, open, other, timeoutMs, dial } = parts;
  const { key, certificate } = await identity.inventory.renew(PROBE_DEVICE, CREDENTIAL_LIFE, PROVER);
  const credential = { key, certificate };
  const { serial } = describeCertificate(certificate);
  const issuer = (await identity.revocations.certificate(serial))?.issuer ?? 0;
  // A delta names what came after its base, so the base has to be there before.
  await fetchList(parts, `/crl/${issuer}-delta.crl`);
  const bystander = await open(other);
  const live = await untilAdmitted(() => open(credential));
  const began = performance.now();
  const ended = live.admitted ? live.client.ended.then(() => performance.now() - began) : Promise.resolve(null);
  await identity.revocations.revoke({ kind: 'serial', serial }, 'cessationOfOperation', PROVER);
  const endedAfterMs = await Promise.race([ended, sleep(timeoutMs, null, { ref: false })]);
  const again = await open(credential);
  const url = new URL('/v1/streams/_probe', parts.address().https);
  const common = { authority: identity.certificates.root, timeoutMs, dial };
  const reply = await callHttps({ ...common, method: 'POST', url, credential, body: {} }).catch(() => null);
  const [whole, delta] = await Promise.all(
    [`/crl/${issuer}.crl`, `/crl/${issuer}-delta.crl`].map((path) => fetchList(parts, path)),
  );
  const bytes = Buffer.from(serial, 'hex');
  const otherStays = bystander.admitted && !bystander.client.isEnded;
  for (const answer of [bystander, live, again]) if (answer.admitted) answer.client[Symbol.dispose]();
  return {
    admittedBefore: live.admitted,
    endedAfterMs,
    admittedAfter: again.admitted,
    requestAfter: reply?.status ?? 0,
    logged: await parts.logged(),
    inWholeList: whole?.includes(bytes) ?? false,
    inDelta: delta?.includes(bytes) ?? false,
    ocsp: await identity.ocsp.stateOf(serial, issuer),
    otherStays,
  };
}

/** A fresh certificate reaches the gateway's threads within a moment. */
async function untilAdmitted(open: () => Promise<MqttAnswer>): Promise<MqttAnswer> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await open();
    if (answer.admitted || performance.now() > deadline) return answer;
    await sleep(50);
  }
}

async function fetchList({ identity, address, timeoutMs, dial }: RevokeParts, path: string): Promise<Buffer | null> {
  const url = new URL(path, address().https);
  const place = { url, authority: identity.certificates.root, dial };
  const createConnection = await connectionFor(place).catch(() => null);
  if (createConnection === null) return null;
  return new Promise((resolve) => {
    const asked = request(url, { createConnection }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.once('end', () => resolve(reply.statusCode === 200 ? Buffer.concat(chunks) : null));
      reply.once('error', () => resolve(null));
    });
    asked.setTimeout(timeoutMs, () => asked.destroy(new Error('no answer in time')));
    asked.once('error', () => resolve(null)).end();
  });
}
