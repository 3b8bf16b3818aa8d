import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import { CryptoError } from './errors.ts';

const HMAC = ALGORITHMS['hmac-sha-256'].library;
/** RFC 4648 section 6 in lower case: no digit that looks like a letter. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const TEXT_BYTES = 10;
const LEAST_INTEGER = 2 ** 52;

/**
 * The key of one domain of tokens: what it is called is the same for the same value, and says nothing of the value to
 * who lacks the key. Tokens of two domains have nothing in common.
 *
 * A text becomes `t`, the version of the key, `-` and 16 characters of 80 bits; an integer becomes one from 2^52 up to
 * 2^53-1, of 52 bits. Both are the first bits of HMAC-SHA-256 over the type and the value. `docs/formats/token.md` says
 * how often two values share one.
 *
 * @see RFC 2104
 */
export class TokenKey {
  /** 1 or more; part of every text. */
  readonly version: number;
  readonly #key: KeyObject;
  readonly #prefix: string;

  private constructor(key: KeyObject, version: number) {
    this.#key = key;
    this.version = version;
    this.#prefix = `t${version}-`;
  }

  /** @throws {CryptoError} CRYPTO_KEY_INVALID for less than 32 bytes */
  static fromBytes(raw: Uint8Array, version: number): TokenKey {
    if (raw.length < 32) {
      throw new CryptoError('CRYPTO_KEY_INVALID', `Cannot use token key: it has ${raw.length} bytes, not 32 or more`);
    }
    return new TokenKey(createSecretKey(raw), version);
  }

  /** The token of a text. Texts are taken as they are: two ways to write one letter are two values. */
  text(value: string): string {
    const code = this.#code(`text:${value}`);
    let token = this.#prefix;
    for (let at = 0; at < TEXT_BYTES; at += 5) {
      // 40 bits at a time, which a double holds exactly.
      let bits = code.readUIntBE(at, 5);
      let eight = '';
      for (let i = 0; i < 8; i++) {
        eight = ALPHABET[bits % 32]! + eight;
        bits = Math.floor(bits / 32);
      }
      token += eight;
    }
    return token;
  }

  /** The token of a safe integer. */
  integer(value: number): number {
    const code = this.#code(`integer:${value}`);
    return LEAST_INTEGER + code.readUIntBE(0, 6) * 16 + (code[6]! >> 4);
  }

  #code(text: string): Buffer {
    return createHmac(HMAC, this.#key).update(text).digest();
  }
}

/** Whether a stored value has the form of a token; that of a value that never was one is improbable, and harmless. */
export function isToken(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= LEAST_INTEGER;
  return typeof value === 'string' && /^t[1-9]\d{0,8}-[a-z2-7]{16}$/.test(value);
}
