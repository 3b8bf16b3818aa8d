import { noteSigner, SigningKey } from '#base/crypto/index.ts';
import type { OpenEnvelope } from '#flow/store/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import { EVIDENCE_ALGORITHMS, evidenceKeyName, evidenceSecret } from '../prove/prover.ts';
import { envelopesOf } from './envelope-keys.ts';

/**
 * Opens the envelopes of the platform whose custody this is: whoever opens the root key needs no other key to tell a
 * backup of it from a forged one.
 */
export async function custodyEnvelopes(custody: Custody, deployment: string): Promise<OpenEnvelope> {
  const keys: string[] = [];
  for (const algorithm of EVIDENCE_ALGORITHMS) {
    const seed = await custody.fetch(evidenceSecret(algorithm));
    if (seed === null) continue;
    keys.push(noteSigner(evidenceKeyName(deployment), SigningKey.fromSeed(algorithm, seed)).verifierKey);
  }
  return envelopesOf(keys);
}
