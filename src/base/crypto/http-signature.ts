import { createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import { CryptoError } from './errors.ts';
import type { InnerList } from './structured-field.ts';

const P256 = ALGORITHMS['ecdsa-p256'].signature;

/** The algorithms of HTTP Message Signatures that are used here. */
export type HttpSignatureAlgorithm = 'ed25519' | 'ecdsa-p256-sha256' | 'hmac-sha256';

/** A message as its signer saw it. */
export interface SignedMessage {
  readonly method: string;
  readonly scheme: 'https' | 'http';
  /** Lower case, without the port where that is the scheme's own. */
  readonly authority: string;
  /** Path and query as the request line has them. */
  readonly target: string;
  readonly status?: number;
  /** Values of a field by its lower-case name, in their order; null where it is absent. */
  readonly field: (name: string) => readonly string[] | null;
}

/** The algorithm that a key signs with; null for keys that no algorithm here uses. */
export function signatureAlgorithmOf(key: KeyObject): HttpSignatureAlgorithm | null {
  if (key.type === 'secret') return 'hmac-sha256';
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === P256.curve;
  return isP256 ? 'ecdsa-p256-sha256' : null;
}

/**
 * The bytes that a signature covers.
 *
 * @throws {CryptoError} CRYPTO_FIELD_INVALID where a component is unknown, absent, twice there or has a parameter
 * @see RFC 9421 section 2.5
 */
export function signatureBase(message: SignedMessage, input: InnerList): Buffer {
  const seen = new Set<string>();
  const lines = input.items.map(({ value: name, parameters }) => {
    // Components with parameters (`sf`, `key`, `bs`, `req`, `tr`) are not used here; taken as they stand they would
    // mean another thing.
    const value = parameters.size === 0 && !seen.has(name) ? componentOf(message, name) : null;
    if (value === null) throw unusable(name);
    seen.add(name);
    return `"${name}": ${value}`;
  });
  return Buffer.from([...lines, `"@signature-params": ${input.source}`].join('\n'), 'latin1');
}

function unusable(name: string): CryptoError {
  return new CryptoError(
    'CRYPTO_FIELD_INVALID',
    `Cannot check signature: component ${name.slice(0, 64)} is not usable`,
  );
}

/** @see RFC 9421 sections 2.1 and 2.2 */
function componentOf(message: SignedMessage, name: string): string | null {
  const [path = '', ...query] = message.target.split('?');
  switch (name) {
    case '@method':
      return message.method;
    case '@target-uri':
      return `${message.scheme}://${message.authority}${message.target}`;
    case '@authority':
      return message.authority;
    case '@scheme':
      return message.scheme;
    case '@request-target':
      return message.target;
    case '@path':
      return path === '' ? '/' : path;
    case '@query':
      return `?${query.join('?')}`;
    case '@status':
      return message.status === undefined ? null : String(message.status);
    default:
      return /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) ? fieldOf(message, name) : null;
  }
}

function fieldOf(message: SignedMessage, name: string): string | null {
  const values = message.field(name);
  return values === null ? null : values.map((value) => value.trim().replaceAll(/\r?\n[ \t]+/g, ' ')).join(', ');
}

/** @throws {TypeError} for a key that no algorithm here uses */
export function signHttp(base: Uint8Array, key: KeyObject): Buffer {
  switch (signatureAlgorithmOf(key)) {
    case 'ed25519':
      return sign(null, base, key);
    case 'ecdsa-p256-sha256':
      return sign(P256.digest, base, { key, dsaEncoding: 'ieee-p1363' });
    case 'hmac-sha256':
      return createHmac(ALGORITHMS['hmac-sha-256'].library, key).update(base).digest();
    case null:
      throw new TypeError('The key is of no kind that HTTP messages are signed with here');
  }
}

/** Tells whether a signature is the key's over exactly these bytes; never throws. @see RFC 9421 section 3.3 */
export function isHttpSignature(base: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  try {
    switch (signatureAlgorithmOf(key)) {
      case 'ed25519':
        return signature.length === 64 && verify(null, base, key, signature);
      case 'ecdsa-p256-sha256':
        return signature.length === 64 && verify(P256.digest, base, { key, dsaEncoding: 'ieee-p1363' }, signature);
      case 'hmac-sha256':
        return (
          signature.length === 32 &&
          timingSafeEqual(createHmac(ALGORITHMS['hmac-sha-256'].library, key).update(base).digest(), signature)
        );
      case null:
        return false;
    }
  } catch {
    return false;
  }
}
