import { equalBytes, toBase64 } from '#base/core/index.ts';
import { digestBytes } from './digest.ts';
import { parseByteSequences } from './structured-field.ts';

/** Digests that count; others in the field are left aside. */
const COUNTING = ['sha-256', 'sha-512'] as const;

/** The field `Content-Digest` of a body. @see RFC 9530 section 2 */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${toBase64(digestBytes('sha-256', body))}:`;
}

/**
 * Tells whether a body is the one that a field names: every digest that is known here fits, and there is one.
 *
 * @throws {CryptoError} CRYPTO_FIELD_INVALID
 */
export function isContentDigest(field: string, body: Uint8Array): boolean {
  const digests = parseByteSequences(field);
  const known = COUNTING.filter((name) => digests.has(name));
  return known.length > 0 && known.every((name) => equalBytes(digests.get(name)!, digestBytes(name, body)));
}
