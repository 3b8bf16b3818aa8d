import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH } from '#base/crypto/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import type { Random } from '#base/core/index.ts';
import { parquetInvalid, StoreError } from '../errors.ts';
import type { ModuleType } from './format.ts';

/** Bytes of the little-endian length before each module. */
export const MODULE_LENGTH_BYTES = 4;
/** What sealing adds to a module: length, nonce and tag. */
export const MODULE_OVERHEAD = MODULE_LENGTH_BYTES + AEAD_NONCE_LENGTH + AEAD_TAG_LENGTH;

/**
 * A module sealed with AES-GCM under a fresh random nonce: length, nonce, ciphertext, tag. A data key seals one file,
 * so that random nonces stay far below the bound of 2^32 uses.
 *
 * @see Encryption.md section 5.1
 */
export function sealModule(key: AeadKey, aad: Uint8Array, plaintext: Uint8Array, random: Random): Uint8Array {
  const nonce = random.bytes(AEAD_NONCE_LENGTH);
  const sealed = key.seal(nonce, aad, plaintext);
  const module = new Uint8Array(MODULE_LENGTH_BYTES + nonce.length + sealed.length);
  new DataView(module.buffer).setUint32(0, nonce.length + sealed.length, true);
  module.set(nonce, MODULE_LENGTH_BYTES);
  module.set(sealed, MODULE_LENGTH_BYTES + nonce.length);
  return module;
}

/** Seals the modules of one column chunk: knows the key and the place. */
export interface ChunkSealer {
  seal(type: ModuleType, plaintext: Uint8Array, page?: number): Uint8Array;
}

/** A module in a buffer: what lies behind its length, and the offset after it. */
export interface ModuleSpan {
  readonly body: Uint8Array;
  readonly end: number;
}

/**
 * Finds the module that starts at an offset.
 *
 * @throws {StoreError} STORE_PARQUET_INVALID if it does not lie within the buffer
 */
export function moduleAt(data: Uint8Array, offset: number): ModuleSpan {
  // Untrusted: the length is read before anything was authenticated.
  if (offset < 0 || offset + MODULE_LENGTH_BYTES > data.length) throw parquetInvalid('a module ends early');
  const length = new DataView(data.buffer, data.byteOffset + offset, MODULE_LENGTH_BYTES).getUint32(0, true);
  const end = offset + MODULE_LENGTH_BYTES + length;
  if (length < AEAD_NONCE_LENGTH || end > data.length) throw parquetInvalid('the length of a module is wrong');
  return { body: data.subarray(offset + MODULE_LENGTH_BYTES, end), end };
}

/**
 * The plaintext of a module sealed with AES-GCM.
 *
 * @throws {StoreError} STORE_OPEN_FAILED if key, place or a single bit differ
 */
export function openModule(key: AeadKey, aad: Uint8Array, body: Uint8Array): Uint8Array {
  if (body.length < AEAD_NONCE_LENGTH + AEAD_TAG_LENGTH) throw openFailed();
  try {
    return key.open(body.subarray(0, AEAD_NONCE_LENGTH), aad, body.subarray(AEAD_NONCE_LENGTH));
  } catch {
    throw openFailed();
  }
}

/** One code and one message for all: why sealed bytes do not open would help a forger. */
export function openFailed(): StoreError {
  return new StoreError(
    'STORE_OPEN_FAILED',
    'Cannot open Parquet module: it was not sealed so, in this place, under this key',
  );
}
