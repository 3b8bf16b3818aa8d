import { days, micros } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import type { CertificateProfile } from '../certificate-profile.ts';
import { makeKeyPair, signCertificate } from '../sign-certificate.ts';
import type { Signer } from '../sign-certificate.ts';
import type { ParsedCertificate } from './parse-certificate.ts';
import { parsePemCertificates } from './pem-certificates.ts';

const NOW = Date.UTC(2026, 5, 1) * 1_000;
const DAY = days(1) * 1_000;

/** For tests only: a certificate with the key that it certifies. */
export interface MadeCertificate extends Signer {
  readonly parsed: ParsedCertificate;
}

/** For tests only: a certificate around the middle of 2026, signed by itself where nobody is named. */
export async function makeCertificate(profile: CertificateProfile, by?: Signer): Promise<MadeCertificate> {
  const { publicKey, privateKey } = makeKeyPair();
  const dates = { notBefore: micros(NOW - 100 * DAY), notAfter: micros(NOW + 100 * DAY) };
  const { pem } = await signCertificate({ profile, publicKey, ...dates }, by ?? { selfKey: privateKey }, random);
  const [parsed] = parsePemCertificates(pem);
  if (parsed === undefined) throw new TypeError('a certificate of ours does not parse');
  return { certificate: pem, privateKey, parsed };
}

/** For tests only: the profile of a device. */
export function deviceProfile(name: string): CertificateProfile {
  return { kind: 'client', subject: { kind: 'device', name }, deployment: '0123456789abcdef' };
}
