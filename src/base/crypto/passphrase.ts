import { argon2 } from 'node:crypto';
import type { Random } from '#base/core/index.ts';
import { ALGORITHMS } from './algorithms.ts';
import { CryptoError } from './errors.ts';

/** How a key was derived from a passphrase; stored beside what the key seals. */
export interface PassphraseParameters {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
  /** 16 to 64 bytes. */
  readonly salt: Uint8Array;
}

/** Bounds on stored parameters, so that a planted file can neither exhaust the machine nor weaken the key. */
const BOUNDS = { memoryKiB: [19_456, 1_048_576], passes: [1, 16], lanes: [1, 16] } as const;
const DERIVED_LENGTH = 32;

/** Fresh parameters: 64 MiB, 3 passes, 4 lanes, the second recommendation of RFC 9106 section 4. */
export function makePassphraseParameters(random: Random): PassphraseParameters {
  return { algorithm: 'argon2id', memoryKiB: 65_536, passes: 3, lanes: 4, salt: random.bytes(16) };
}

/**
 * A 32-byte key from a passphrase. Takes some tenths of a second on purpose, off the main thread.
 *
 * @param passphrase UTF-8 bytes, at least one
 * @throws {CryptoError} CRYPTO_PARAMETERS_INVALID if a parameter is out of bounds
 * @see RFC 9106
 */
export async function derivePassphraseKey(
  passphrase: Uint8Array,
  parameters: PassphraseParameters,
): Promise<Uint8Array> {
  requireBounds(parameters);
  const derived = await new Promise<Uint8Array>((resolve, reject) => {
    argon2(
      ALGORITHMS.argon2id.library,
      {
        message: passphrase,
        nonce: parameters.salt,
        parallelism: parameters.lanes,
        tagLength: DERIVED_LENGTH,
        memory: parameters.memoryKiB,
        passes: parameters.passes,
      },
      (error, key) => (error === null ? resolve(key) : reject(error)),
    );
  });
  return new Uint8Array(derived);
}

function requireBounds(parameters: PassphraseParameters): void {
  const { algorithm, salt } = parameters;
  const inside = (['memoryKiB', 'passes', 'lanes'] as const).every((name) => {
    const value: unknown = parameters[name];
    return Number.isSafeInteger(value) && Number(value) >= BOUNDS[name][0] && Number(value) <= BOUNDS[name][1];
  });
  if (algorithm !== 'argon2id' || !inside || !(salt.length >= 16 && salt.length <= 64)) {
    throw new CryptoError('CRYPTO_PARAMETERS_INVALID', 'Cannot derive key: the stored parameters are out of bounds');
  }
}
