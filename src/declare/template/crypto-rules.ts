import { CHECKPOINT_ALGORITHMS } from '#base/crypto/index.ts';
import type { CertificateAlgorithm, CheckpointAlgorithm } from '#base/crypto/index.ts';
import type { CryptoRules, Template } from './types.ts';

/** What holds where the template says nothing of it. */
export const STANDARD_CRYPTO: CryptoRules = { checkpoints: CHECKPOINT_ALGORITHMS, certificates: 'ecdsa-p256' };

/** The algorithms that a template has new signatures made with. */
export function cryptoRules({ crypto = STANDARD_CRYPTO }: Pick<Template, 'crypto'>): CryptoRules {
  return crypto;
}

/** The section of a template with its defaults; the lines of a checkpoint are in the order of the table, however written. */
export function buildCrypto(written: {
  readonly checkpoints?: readonly CheckpointAlgorithm[];
  readonly certificates?: CertificateAlgorithm;
}): CryptoRules {
  const { checkpoints = STANDARD_CRYPTO.checkpoints, certificates = STANDARD_CRYPTO.certificates } = written;
  return { checkpoints: CHECKPOINT_ALGORITHMS.filter((id) => checkpoints.includes(id)), certificates };
}
