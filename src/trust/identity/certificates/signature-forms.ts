import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** How a signature of some algorithm is checked. */
export interface SignatureForm {
  /** Kind of key, as `node:crypto` names it. */
  readonly key: string;
  /** Null where the algorithm has its own. */
  readonly digest: string | null;
}

/** Algorithms that requests and lists from outside may be signed with. @see RFC 5758, RFC 8017, RFC 8410, RFC 9881 */
export const SIGNATURE_FORMS: ReadonlyMap<string, SignatureForm> = new Map([
  ['1.2.840.10045.4.3.2', { key: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { key: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { key: 'ec', digest: 'sha512' }],
  ['1.2.840.113549.1.1.11', { key: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { key: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { key: 'rsa', digest: 'sha512' }],
  ['1.3.101.112', { key: 'ed25519', digest: null }],
  ['2.16.840.1.101.3.4.3.17', { key: 'ml-dsa-44', digest: null }],
  ['2.16.840.1.101.3.4.3.18', { key: 'ml-dsa-65', digest: null }],
  ['2.16.840.1.101.3.4.3.19', { key: 'ml-dsa-87', digest: null }],
]);

/** Whether a key of the right kind made a signature. */
export function isSignedWith(
  { key, digest }: SignatureForm,
  data: Uint8Array,
  signer: KeyObject,
  signature: Uint8Array,
): boolean {
  if (signer.asymmetricKeyType !== key) return false;
  try {
    return verify(digest, data, signer, signature);
  } catch {
    return false;
  }
}
