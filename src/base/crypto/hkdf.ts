import { hkdfSync } from 'node:crypto';
import { encodeUtf8 } from '#base/core/index.ts';
import { ALGORITHMS } from './algorithms.ts';

const HASH = ALGORITHMS['hkdf-sha-256'].library;

/**
 * Derives a key for one use from a uniform secret.
 *
 * @param info what the key is for; different texts give independent keys
 * @param length bytes, at most 8,160
 * @param salt optional; empty where the secret is a random key already
 * @see RFC 5869, with SHA-256
 */
export function hkdfSha256(
  secret: Uint8Array,
  info: string | Uint8Array,
  length: number,
  salt: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return new Uint8Array(hkdfSync(HASH, secret, salt, typeof info === 'string' ? encodeUtf8(info) : info, length));
}
