/** How nonces of a key are made. */
export type NonceScheme = 'random' | 'counter';

/** How often a key of AES-256-GCM may seal. */
export interface AeadLimit {
  /** No key seals more often: the seal that would is refused. */
  readonly most: number;
  /** From here on the key is to be rotated; the rest is the time that this may take. */
  readonly rotateAt: number;
  /** Where the bound comes from. */
  readonly source: string;
}

/**
 * Bounds on the use of one AES-256-GCM key with nonces of 96 bits, by how its nonces are made.
 *
 * Random nonces collide with a probability of 2^-32 after 2^32 seals; half of that is where rotation begins, so that a
 * catalogue restored from a backup, which counts less than was sealed, stays within the bound too. Counters never
 * collide; a key of one file seals far less than its bound.
 * @see NIST SP 800-38D sections 8.2.1, 8.2.2 and 8.3
 */
export const AEAD_LIMITS = {
  random: { most: 2 ** 32, rotateAt: 2 ** 31, source: 'NIST SP 800-38D section 8.3' },
  counter: { most: 2 ** 32, rotateAt: 2 ** 31, source: 'NIST SP 800-38D sections 8.2.1 and 8.3' },
} as const satisfies Record<NonceScheme, AeadLimit>;

/** Most bytes of one message under one key and nonce: 2^36 - 32. @see NIST SP 800-38D section 5.2.1.1 */
export const AEAD_MOST_BYTES = 2 ** 36 - 32;
