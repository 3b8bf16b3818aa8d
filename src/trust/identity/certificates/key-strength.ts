import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A public key that is strong enough, and what it is. */
export interface StrongKey {
  readonly key: KeyObject;
  /** Such as `P-256` or `RSA-3072`, as lists and messages name it. */
  readonly algorithm: string;
}

/** What certificates of others may be signed by; a device's own keys are held to fewer. */
export type KeyUse = 'device' | 'authority';

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
const LEAST_RSA = 2_048;
const MOST_RSA = 8_192;

/** Names of the algorithms that keys of devices may have, for messages and attributes of requests. */
export const DEVICE_KEYS: readonly string[] = ['P-256', 'P-384', 'Ed25519', 'ML-DSA', `RSA from ${LEAST_RSA} bits`];

/**
 * Judges a public key: elliptic curves of at least 256 bits, Edwards curves, ML-DSA, RSA of at least 2048
 * bits in whole octets with a sound exponent.
 *
 * @param spki SubjectPublicKeyInfo in DER; untrusted
 * @returns null for keys that are too weak, of another kind, or that do not load
 * @see NIST SP 800-57 part 1 table 2
 */
export function strongKey(spki: Uint8Array, use: KeyUse): StrongKey | null {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
  const algorithm = algorithmOf(key, use);
  return algorithm === null ? null : { key, algorithm };
}

function algorithmOf(key: KeyObject, use: KeyUse): string | null {
  const { namedCurve = '', modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'ec': {
      const curve = CURVES[namedCurve] ?? null;
      return use === 'device' && curve === 'P-521' ? null : curve;
    }
    case 'ed25519':
      return 'Ed25519';
    case 'rsa': {
      const sound = modulusLength >= LEAST_RSA && modulusLength <= MOST_RSA && modulusLength % 8 === 0;
      return sound && publicExponent >= 65_537n && publicExponent % 2n === 1n ? `RSA-${modulusLength}` : null;
    }
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return key.asymmetricKeyType.toUpperCase();
    default:
      return null;
  }
}
