import { days, fromBase64, micros, toBase64 } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { IdentityError } from './errors.ts';
import { hostKind } from './host-name.ts';
import type { IdentityContext } from './identity-context.ts';
import { SETTINGS } from './identity-tables.ts';
import { formatPrivateKey, makeKeyPair } from './sign-certificate.ts';

/** What a TLS listener needs. */
export interface ServerCertificate {
  /** PEM, PKCS #8. */
  readonly key: string;
  /** PEM: the certificate, then the issuing authority. */
  readonly certificate: string;
  /** Hosts and addresses that it names. */
  readonly hosts: readonly string[];
  readonly expires: Micros;
  /** When the next one should be asked for. */
  readonly renewAfter: Micros;
}

type Stored = {
  readonly key: string;
  readonly certificate: string;
  readonly hosts: readonly string[];
  readonly expires: number;
};

const LIFE = days(90);
const RENEW_BEFORE = days(30);
const SETTING = 'server-certificate';
const PURPOSE = 'server-key';
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/**
 * The platform's own certificate: the stored one while it names the same hosts, is good for 30 days more, and the
 * authority that signed it counts; else a new one for 90 days.
 *
 * @param hosts names and addresses besides the loopback ones
 * @throws {IdentityError} IDENTITY_CERTIFICATE_INVALID if one is neither
 */
export async function serverCertificate(
  context: IdentityContext,
  authority: CertificateAuthority,
  hosts: readonly string[],
): Promise<ServerCertificate> {
  const wanted = [...new Set([...hosts, ...LOOPBACK])].sort();
  const wrong = wanted.find((host) => hostKind(host) === null);
  if (wrong !== undefined) {
    throw new IdentityError(
      'IDENTITY_CERTIFICATE_INVALID',
      `Cannot issue server certificate: ${JSON.stringify(wrong.slice(0, 80))} is no host name or address`,
    );
  }
  const { catalogue, clock, keys, machines } = context;
  const table = new SealedTable(SETTINGS, machines);
  const stored = (await table.get(catalogue, { name: SETTING }))?.sealed as Stored | undefined;
  const isGood = stored !== undefined && authority.certificates.issuing.some((one) => stored.certificate.endsWith(one));
  if (isGood && stored.hosts.join() === wanted.join() && clock.now() < renewal(stored.expires)) {
    const key = await keys.custody.open(PURPOSE, fromBase64(stored.key));
    return finish(stored, key);
  }
  const pair = makeKeyPair();
  const profile = { kind: 'server', commonName: `Weir ${context.deployment}`, hosts: wanted } as const;
  const by = authority.forListeners;
  const signed = await authority.sign(profile, pair.publicKey, LIFE, by);
  const holder = { kind: 'server', name: context.deployment } as const;
  await authority.announce('weir:control', holder, signed, by);
  const fresh: Stored = {
    key: toBase64(await keys.custody.seal(PURPOSE, pair.privateKey)),
    certificate: authority.chain(signed, by),
    hosts: wanted,
    expires: signed.notAfter,
  };
  await catalogue.transaction(async (tx) => {
    await authority.record(tx, holder, signed, by);
    await table.put(tx, { name: SETTING }, fresh);
  });
  return finish(fresh, pair.privateKey);
}

function finish({ certificate, hosts, expires }: Stored, key: Uint8Array): ServerCertificate {
  return {
    key: formatPrivateKey(key),
    certificate,
    hosts,
    expires: micros(expires),
    renewAfter: renewal(expires),
  };
}

function renewal(expires: number): Micros {
  return micros(expires - RENEW_BEFORE * 1_000);
}
