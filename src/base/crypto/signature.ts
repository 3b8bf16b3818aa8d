import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Random } from '#base/core/index.ts';
import { ALGORITHMS } from './algorithms.ts';
import type { AlgorithmId } from './algorithms.ts';
import { CryptoError } from './errors.ts';
import { isSafeEd25519Key } from './signature-ed25519.ts';

/** The signature schemes that the platform signs with. ML-DSA-44 is there for the cosignatures of public witnesses. */
export const SIGNATURE_ALGORITHMS = ['ed25519', 'ml-dsa-65', 'ml-dsa-44'] as const satisfies readonly AlgorithmId[];
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** Bytes of a private key's seed; the same for all schemes. */
export const SIGNING_SEED_LENGTH = 32;

/** Bytes of raw public keys and of signatures (RFC 8032; FIPS 204 table 2). */
export const SIGNATURE_SIZES = {
  ed25519: { publicKey: 32, signature: 64 },
  'ml-dsa-65': { publicKey: 1952, signature: 3309 },
  'ml-dsa-44': { publicKey: 1312, signature: 2420 },
} as const satisfies Record<SignatureAlgorithm, { publicKey: number; signature: number }>;

/** What signs: a key in memory, or one that never leaves its device and answers later. */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** The raw public key. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A private key in memory that does not show its bytes by accident. */
export class SigningKey implements Signer {
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
  readonly #key: KeyObject;
  readonly #seed: Uint8Array;

  private constructor(algorithm: SignatureAlgorithm, seed: Uint8Array) {
    this.algorithm = algorithm;
    this.#seed = seed;
    const format = algorithm === 'ed25519' ? 'raw-private' : 'raw-seed';
    this.#key = createPrivateKey({
      key: Buffer.from(seed),
      format,
      asymmetricKeyType: ALGORITHMS[algorithm].library,
    });
    this.publicKey = new Uint8Array(createPublicKey(this.#key).export({ format: 'raw-public' }));
  }

  /** A new key. */
  static generate(algorithm: SignatureAlgorithm, random: Random): SigningKey {
    return new SigningKey(algorithm, random.bytes(SIGNING_SEED_LENGTH));
  }

  /**
   * The key that a seed stands for: RFC 8032's private key, FIPS 204's ξ.
   *
   * @throws {CryptoError} CRYPTO_KEY_INVALID unless there are 32 bytes
   */
  static fromSeed(algorithm: SignatureAlgorithm, seed: Uint8Array): SigningKey {
    if (seed.length !== SIGNING_SEED_LENGTH) {
      throw new CryptoError(
        'CRYPTO_KEY_INVALID',
        `Cannot use ${algorithm} key: its seed has ${seed.length} bytes, not 32`,
      );
    }
    return new SigningKey(algorithm, seed.slice());
  }

  /** Ed25519 as in RFC 8032; ML-DSA hedged, in its pure form with an empty context (FIPS 204 section 5.2). */
  sign(message: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, message, this.#key));
  }

  /** The 32 bytes that the key is made of, for sealing. Only `keys` calls this. */
  exportSeed(): Uint8Array {
    return this.#seed.slice();
  }
}

/** A public key. */
export class VerifyingKey {
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
  readonly #key: KeyObject;

  private constructor(algorithm: SignatureAlgorithm, publicKey: Uint8Array, key: KeyObject) {
    this.algorithm = algorithm;
    this.publicKey = publicKey;
    this.#key = key;
  }

  /**
   * @param raw the public key as the scheme's standard writes it
   * @throws {CryptoError} CRYPTO_KEY_INVALID if it has another length, is no key, or is one that any message verifies under
   */
  static fromBytes(algorithm: SignatureAlgorithm, raw: Uint8Array): VerifyingKey {
    const refuse = (cause?: unknown) =>
      new CryptoError('CRYPTO_KEY_INVALID', `Cannot use ${algorithm} key: the bytes are no sound public key`, {
        cause,
      });
    if (raw.length !== SIGNATURE_SIZES[algorithm].publicKey) throw refuse();
    if (algorithm === 'ed25519' && !isSafeEd25519Key(raw)) throw refuse();
    const publicKey = raw.slice();
    try {
      const key = createPublicKey({
        key: Buffer.from(publicKey),
        format: 'raw-public',
        asymmetricKeyType: ALGORITHMS[algorithm].library,
      });
      return new VerifyingKey(algorithm, publicKey, key);
    } catch (cause) {
      throw refuse(cause);
    }
  }

  /** Tells whether the signature is this key's over exactly these bytes; never throws, whatever the signature holds. */
  isValid(message: Uint8Array, signature: Uint8Array): boolean {
    if (signature.length !== SIGNATURE_SIZES[this.algorithm].signature) return false;
    try {
      return verify(null, message, this.#key, signature);
    } catch {
      return false;
    }
  }

  /** @throws {CryptoError} CRYPTO_SIGNATURE_INVALID unless the signature is this key's over exactly these bytes */
  verify(message: Uint8Array, signature: Uint8Array): void {
    if (!this.isValid(message, signature)) {
      throw new CryptoError(
        'CRYPTO_SIGNATURE_INVALID',
        'Cannot accept signature: it is not the key’s over these bytes',
      );
    }
  }
}
