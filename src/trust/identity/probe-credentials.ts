import { PROBE_DEVICE, micros } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import type { ClientCredential } from './client-credential.ts';
import type { IdentityContext } from './identity-context.ts';
import type { Inventory } from './inventory.ts';
import { formatPrivateKey, makeKeyPair, signCertificate } from './sign-certificate.ts';
import type { KeyPair, SignedCertificate, SignRequest } from './sign-certificate.ts';

/** Credentials that probes show to a listener, each wrong in one way. */
export const PROBE_CREDENTIAL_KINDS = [
  'self-signed',
  'other-authority',
  'rootless-chain',
  'expired',
  'not-yet-valid',
  'server-only',
  'unknown-device',
  'disabled-device',
] as const;
export type ProbeCredentialKind = (typeof PROBE_CREDENTIAL_KINDS)[number];

/**
 * Makes a credential that must let nobody in. What the issuing authority signs for it is logged like every certificate
 * and is in no list of those that count.
 */
export async function makeProbeCredential(
  kind: ProbeCredentialKind,
  life: Millis,
  actor: string,
  context: IdentityContext,
  authority: CertificateAuthority,
  inventory: Inventory,
): Promise<ClientCredential> {
  const root = authority.certificates.root;
  if (kind === 'disabled-device') {
    const { key, certificate } = await inventory.certifyDisabled(life, actor);
    return { key, certificate, authority: root };
  }
  const pair = makeKeyPair();
  const key = formatPrivateKey(pair.privateKey);
  if (kind === 'self-signed' || kind === 'other-authority' || kind === 'rootless-chain') {
    return { key, certificate: await signElsewhere(kind, pair, life, context), authority: root };
  }
  const signed = await authority.signMisfit(kind, pair.publicKey);
  await logMisfit(kind, signed, actor, context);
  return { key, certificate: authority.chain(signed), authority: root };
}

/**
 * Without any key of the platform: by the device itself, by an authority that only bears the right name, or by one whose
 * certificate says that it is below a root of the right name, which nobody has.
 */
async function signElsewhere(
  kind: 'self-signed' | 'other-authority' | 'rootless-chain',
  pair: KeyPair,
  life: Millis,
  { clock, deployment, random }: IdentityContext,
): Promise<string> {
  const now = clock.now();
  const dates = { notBefore: micros(now - 60_000_000), notAfter: micros(now + life * 1_000) };
  const leaf: SignRequest = {
    profile: { kind: 'client', subject: { kind: 'device', name: PROBE_DEVICE }, deployment },
    publicKey: pair.publicKey,
    ...dates,
  };
  if (kind === 'self-signed') return (await signCertificate(leaf, { selfKey: pair.privateKey }, random)).pem;
  const other = makeKeyPair();
  const issuing = await signCertificate(
    {
      profile: { kind: 'issuing', commonName: `Weir issuing ${deployment} 1` },
      publicKey: other.publicKey,
      ...dates,
    },
    kind === 'rootless-chain' ? await strangeRoot(deployment, dates, random) : { selfKey: other.privateKey },
    random,
  );
  const signer = { certificate: issuing.pem, privateKey: other.privateKey };
  return (await signCertificate(leaf, signer, random)).pem + issuing.pem;
}

/** A root that bears the right name, and is shown to nobody. */
async function strangeRoot(
  deployment: string,
  dates: Pick<SignRequest, 'notBefore' | 'notAfter'>,
  random: IdentityContext['random'],
) {
  const { publicKey, privateKey } = makeKeyPair();
  const root = await signCertificate(
    { profile: { kind: 'root', commonName: `Weir root ${deployment}` }, publicKey, ...dates },
    { selfKey: privateKey },
    random,
  );
  return { certificate: root.pem, privateKey };
}

async function logMisfit(
  kind: string,
  { serial, fingerprint }: SignedCertificate,
  actor: string,
  { audit }: IdentityContext,
): Promise<void> {
  await audit.append({
    actor,
    action: 'issue-probe-certificate',
    resource: `device:${PROBE_DEVICE}`,
    outcome: 'done',
    digest: fingerprint,
    detail: { serial, misfit: kind },
  });
}
