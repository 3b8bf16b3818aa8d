import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ALGORITHMS, CERTIFICATE_ALGORITHMS } from '#base/crypto/index.ts';
import type { CertificateAlgorithm } from '#base/crypto/index.ts';
import { IdentityError } from '../errors.ts';
import { algorithmOfKey } from './certificate-algorithms.ts';
import { TAG } from './der.ts';
import { encodeDer, encodeOid } from './der-writer.ts';

/** A new key pair of a scheme. */
export function generateSigningPair(algorithm: CertificateAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (algorithm) {
    case 'ecdsa-p256':
    case 'ecdsa-p384':
      return generateKeyPairSync('ec', { namedCurve: ALGORITHMS[algorithm].signature.curve });
    case 'ed25519':
      return generateKeyPairSync(ALGORITHMS.ed25519.library);
    case 'ml-dsa-44':
      return generateKeyPairSync(ALGORITHMS['ml-dsa-44'].library);
    case 'ml-dsa-65':
      return generateKeyPairSync(ALGORITHMS['ml-dsa-65'].library);
    case 'ml-dsa-87':
      return generateKeyPairSync(ALGORITHMS['ml-dsa-87'].library);
  }
}

/**
 * The scheme that a key signs with.
 *
 * @throws {IdentityError} IDENTITY_AUTHORITY_INVALID for keys of another kind
 */
export function schemeOfKey(key: KeyObject): CertificateAlgorithm {
  const id = algorithmOfKey(key);
  const found = CERTIFICATE_ALGORITHMS.find((one) => one === id);
  if (found === undefined) {
    throw new IdentityError('IDENTITY_AUTHORITY_INVALID', `Cannot sign: the key is of ${id ?? 'an unknown kind'}`, {
      hint: `Take a key for ${CERTIFICATE_ALGORITHMS.join(', ')}`,
    });
  }
  return found;
}

/** The scheme that an authority signs with, by its own certificate in PEM. @throws {IdentityError} as `schemeOfKey` */
export function schemeOf(pem: string): CertificateAlgorithm {
  return schemeOfKey(new X509Certificate(pem).publicKey);
}

/**
 * The AlgorithmIdentifier of a scheme, in DER: none of them has parameters.
 *
 * @see RFC 5758 section 3.2, RFC 8410 section 3, RFC 9881 section 2
 */
export function schemeIdentifier(algorithm: CertificateAlgorithm): Uint8Array {
  return encodeDer(TAG.sequence, encodeOid(ALGORITHMS[algorithm].oid));
}

/** Signs with a key in PKCS #8, by the scheme of its kind. */
export function signWith(pkcs8: Uint8Array, data: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const { digest } = ALGORITHMS[schemeOfKey(createPublicKey(key))].signature;
  return new Uint8Array(sign(digest, data, key));
}

/** What Web Cryptography calls a scheme. */
export function webCryptoName(algorithm: CertificateAlgorithm) {
  switch (algorithm) {
    case 'ecdsa-p256':
    case 'ecdsa-p384': {
      const { parameterSet, signature } = ALGORITHMS[algorithm];
      const hash = signature.digest === 'sha384' ? ALGORITHMS['sha-384'].name : ALGORITHMS['sha-256'].name;
      return { name: 'ECDSA', namedCurve: parameterSet, hash } as const;
    }
    default:
      return { name: ALGORITHMS[algorithm].name } as const;
  }
}
