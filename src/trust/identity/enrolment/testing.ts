import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TAG, context } from '../certificates/der.ts';
import { encodeBits, encodeDer, encodeNumber, encodeOid } from '../certificates/der-writer.ts';

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/** For tests only: what a request is made of. */
export interface RequestParts {
  readonly key?: KeyObject;
  /** Signs instead of `key`. */
  readonly signer?: KeyObject;
  readonly commonName?: string;
  readonly version?: number;
  readonly algorithm?: string;
  /** As `node:crypto` names it; null for algorithms that have their own. */
  readonly digest?: string | null;
}

/** For tests only: a PKCS #10 request in DER, by default a sound one on P-256. */
export function makeRequest(parts: RequestParts = {}): Uint8Array {
  const { key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey } = parts;
  const { signer = key, commonName = 'anything', version = 0, algorithm = ECDSA_SHA256, digest = 'sha256' } = parts;
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const name = encodeDer(TAG.sequence, encodeOid('2.5.4.3'), encodeDer(TAG.utf8, Buffer.from(commonName)));
  const info = encodeDer(
    TAG.sequence,
    encodeNumber(version),
    encodeDer(TAG.sequence, encodeDer(TAG.set, name)),
    publicKey,
    encodeDer(context(0)),
  );
  const signature = sign(digest, info, signer);
  const bits = encodeBits(signature);
  return encodeDer(TAG.sequence, info, encodeDer(TAG.sequence, encodeOid(algorithm)), bits);
}
