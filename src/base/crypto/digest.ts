import { createHash, createHmac, hash } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';

const SHA_256 = ALGORITHMS['sha-256'].library;

/** SHA-256, 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(hash(SHA_256, data, 'buffer'));
}

/** SHA-256 in hex. */
export function sha256Hex(data: Uint8Array | string): string {
  return hash(SHA_256, data, 'hex');
}

/** SHA-256 of data that comes in parts. */
export class Sha256 {
  readonly #hash = createHash(SHA_256);

  update(data: Uint8Array | string): this {
    this.#hash.update(data);
    return this;
  }

  /** The digest in hex; nothing can be added afterwards. */
  hex(): string {
    return this.#hash.digest('hex');
  }
}

/** HMAC-SHA-256, 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac(ALGORITHMS['hmac-sha-256'].library, key).update(data).digest());
}

/** The digest of some bytes by an algorithm of the table; for formats that leave the choice to whoever writes them. */
export function digestBytes(algorithm: 'sha-1' | 'sha-256' | 'sha-384' | 'sha-512', data: Uint8Array): Uint8Array {
  return new Uint8Array(hash(ALGORITHMS[algorithm].library, data, 'buffer'));
}
