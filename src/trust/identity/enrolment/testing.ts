import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { encodeDer, encodeOid } from '../certificates/der-writer.ts';

const [SEQUENCE, SET, INTEGER, BITS] = [0x30, 0x31, 0x02, 0x03];
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
  const name = encodeDer(SEQUENCE, encodeOid('2.5.4.3'), encodeDer(0x0c, Buffer.from(commonName)));
  const info = encodeDer(
    SEQUENCE,
    encodeDer(INTEGER, Uint8Array.of(version)),
    encodeDer(SEQUENCE, encodeDer(SET, name)),
    publicKey,
    encodeDer(0xa0),
  );
  const signature = sign(digest, info, signer);
  const bits = encodeDer(BITS, Uint8Array.of(0), signature);
  return encodeDer(SEQUENCE, info, encodeDer(SEQUENCE, encodeOid(algorithm)), bits);
}
