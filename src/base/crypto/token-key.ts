import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import { CryptoError } from './errors.ts';

const HMAC = ALGORITHMS['hmac-sha-256'].library;
/** RFC 4648 section 6 in lower case: no digit that looks like a letter. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const TEXT_BYTES = 10;
const LEAST_INTEGER = 2 ** 52;
const TEXT_TOKEN = /^t([1-9]\d{0,8})-[a-z2-7]{16}$/;

/** Makes the tokens of one domain. */
export interface TokenMaker {
  /** Of the newest key; 1 or more. */
  readonly version: number;
  /** Tells tokens of another form under the same key apart. */
  readonly form: string;
  text(value: string): string;
  integer(value: number): number;
}

/**
 * The key of one domain of tokens: what it is called is the same for the same value, and says nothing of the value to
 * who lacks the key. Tokens of two domains have nothing in common.
 *
 * A text becomes `t`, the version of the key, `-` and 16 characters of 80 bits; an integer becomes one from 2^52 up to
 * 2^53-1, of 52 bits. Both are the first bits of HMAC-SHA-256 over the type and
 * the value. `docs/formats/token.md` says how often two values share one.
 *
 * @see RFC 2104
 */
export class TokenKey implements TokenMaker {
  /** 1 or more; part of every text. */
  readonly version: number;
  readonly form = 'digest';
  readonly #step: Step;

  private constructor(step: Step) {
    this.#step = step;
    this.version = step.version;
  }

  /** @throws {CryptoError} CRYPTO_KEY_INVALID for less than 32 bytes */
  static fromBytes(raw: Uint8Array, version: number): TokenKey {
    return new TokenKey(stepOf(raw, version));
  }

  /** The token of a text. Texts are taken as they are: two ways to write one letter are two values. */
  text(value: string): string {
    return textToken(this.#step, value);
  }

  /** The token of a safe integer. */
  integer(value: number): number {
    return integerToken(this.#step, value);
  }
}

interface Step {
  readonly version: number;
  readonly key: KeyObject;
  readonly prefix: string;
}

function stepOf(raw: Uint8Array, version: number): Step {
  if (raw.length < 32) {
    throw new CryptoError('CRYPTO_KEY_INVALID', `Cannot use token key: it has ${raw.length} bytes, not 32 or more`);
  }
  return { version, key: createSecretKey(raw), prefix: `t${version}-` };
}

function textToken({ key, prefix }: Step, value: string): string {
  const code = createHmac(HMAC, key).update(`text:${value}`).digest();
  let token = prefix;
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

function integerToken({ key }: Step, value: number): number {
  const code = createHmac(HMAC, key).update(`integer:${value}`).digest();
  return LEAST_INTEGER + code.readUIntBE(0, 6) * 16 + (code[6]! >> 4);
}

/** Whether a stored value has the form of a token; that of a value that never was one is improbable, and harmless. */
export function isToken(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= LEAST_INTEGER;
  return typeof value === 'string' && TEXT_TOKEN.test(value);
}
