import { ALGORITHMS } from '#base/crypto/index.ts';
import { childrenOf, sequenceOf } from './der.ts';
import type { DerNode } from './der.ts';
import { readOid } from './der-values.ts';

/** Object identifier of RSASSA-PSS, which alone names its digest beside itself. */
export const PSS = ALGORITHMS['rsa-pss'].oid;

const HASH = 0xa0;

/**
 * Object identifier of the digest that a signature of RSASSA-PSS is over: SHA-1 where its parameters name none.
 *
 * @param parameters of its AlgorithmIdentifier; untrusted
 * @throws {MalformedDer}
 * @see RFC 4055 section 3.1
 */
export function pssDigest(parameters: DerNode | undefined): string {
  const hash = sequenceOf(parameters).find(({ tag }) => tag === HASH);
  return hash === undefined ? ALGORITHMS['sha-1'].oid : readOid(sequenceOf(childrenOf(hash)[0])[0]);
}
