import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { findAlgorithm } from '#base/crypto/index.ts';
import type { AlgorithmId } from '#base/crypto/index.ts';
import { parsePemCertificates } from './pem-certificates.ts';

/** What a certificate rests on. Null for an algorithm that is none of ours. */
export interface CertificateAlgorithms {
  /** What its issuer signed it with. */
  readonly signature: AlgorithmId | null;
  /** What its own key signs with. */
  readonly key: AlgorithmId | null;
}

/** The algorithms of the first certificate of a PEM text. */
export function certificateAlgorithms(pem: string): CertificateAlgorithms {
  const [parsed] = parsePemCertificates(pem);
  return {
    signature: parsed === undefined ? null : findAlgorithm(parsed.signatureAlgorithm),
    key: algorithmOfKey(new X509Certificate(pem).publicKey),
  };
}

/** What a public key signs with, by its kind and curve. RSA is told by the padding that certificates have. */
export function algorithmOfKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): AlgorithmId | null {
  switch (asymmetricKeyType) {
    case 'ec':
      // The library's name of a curve is the name of ECDSA over it in the table.
      return findAlgorithm(asymmetricKeyDetails?.namedCurve ?? '');
    case 'rsa':
      return 'rsa-pkcs1';
    default:
      return findAlgorithm(asymmetricKeyType ?? '');
  }
}
