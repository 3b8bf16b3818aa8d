import { createPrivateKey, sign } from 'node:crypto';
import { encodeDer, encodeOid } from './der-writer.ts';
import { ATTRIBUTE } from './distinguished-name.ts';

const [SEQUENCE, SET, INTEGER, BITS, UTF8] = [0x30, 0x31, 0x02, 0x03, 0x0c];
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/**
 * A certificate request for a P-256 key, signed with ECDSA and SHA-256.
 *
 * @param pair SubjectPublicKeyInfo and PKCS #8
 * @returns PKCS #10 in DER
 * @see RFC 2986 section 4
 */
export function makeCertificateRequest(
  pair: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array },
  commonName: string,
): Uint8Array {
  const name = encodeDer(SEQUENCE, encodeOid(ATTRIBUTE.commonName), encodeDer(UTF8, Buffer.from(commonName)));
  const version = encodeDer(INTEGER, Uint8Array.of(0));
  const subject = encodeDer(SEQUENCE, encodeDer(SET, name));
  const info = encodeDer(SEQUENCE, version, subject, pair.publicKey, encodeDer(0xa0));
  const key = createPrivateKey({ key: Buffer.from(pair.privateKey), format: 'der', type: 'pkcs8' });
  const signature = encodeDer(BITS, Uint8Array.of(0), sign('sha256', info, key));
  return encodeDer(SEQUENCE, info, encodeDer(SEQUENCE, encodeOid(ECDSA_SHA256)), signature);
}
