import { createPrivateKey, sign } from 'node:crypto';
import { TAG, context } from './der.ts';
import { encodeBits, encodeDer, encodeNumber, encodeOid } from './der-writer.ts';
import { ATTRIBUTE } from './distinguished-name.ts';

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
  const name = encodeDer(TAG.sequence, encodeOid(ATTRIBUTE.commonName), encodeDer(TAG.utf8, Buffer.from(commonName)));
  const version = encodeNumber(0);
  const subject = encodeDer(TAG.sequence, encodeDer(TAG.set, name));
  const info = encodeDer(TAG.sequence, version, subject, pair.publicKey, encodeDer(context(0)));
  const key = createPrivateKey({ key: Buffer.from(pair.privateKey), format: 'der', type: 'pkcs8' });
  const signature = encodeBits(sign('sha256', info, key));
  return encodeDer(TAG.sequence, info, encodeDer(TAG.sequence, encodeOid(ECDSA_SHA256)), signature);
}
