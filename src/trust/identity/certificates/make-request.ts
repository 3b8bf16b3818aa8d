import { createPublicKey } from 'node:crypto';
import { TAG, context } from './der.ts';
import { encodeBits, encodeDer, encodeNumber, encodeOid } from './der-writer.ts';
import { ATTRIBUTE } from './distinguished-name.ts';
import { schemeIdentifier, schemeOfKey, signWith } from './signature-scheme.ts';

/**
 * A certificate request for a key, signed with it.
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
  const signature = encodeBits(signWith(pair.privateKey, info));
  return encodeDer(TAG.sequence, info, schemeIdentifier(schemeOfSpki(pair.publicKey)), signature);
}

function schemeOfSpki(spki: Uint8Array) {
  return schemeOfKey(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }));
}
