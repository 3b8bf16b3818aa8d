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
 * 2^53-1, of 52 bits, with a minus where the version is even. Both are the first bits of HMAC-SHA-256 over the type and
 * the value. A later version is made of the token of the version before it, so that what is stored can be brought to it
 * without the value: see `TokenLift`. `docs/formats/token.md` says how often two values share one.
 *
 * @see RFC 2104
 */
export class TokenKey implements TokenMaker {
  /** 1 or more; part of every text. */
  readonly version: number;
  readonly form = 'digest';
  readonly #steps: readonly Step[];

  private constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.version = steps.at(-1)!.version;
  }

  /** One key without any before it. @throws {CryptoError} CRYPTO_KEY_INVALID for less than 32 bytes */
  static fromBytes(raw: Uint8Array, version: number): TokenKey {
    return new TokenKey([stepOf(raw, version)]);
  }

  /**
   * The keys of a domain, one version after the other.
   *
   * @param first version of the first of them @throws {CryptoError} CRYPTO_KEY_INVALID @throws {RangeError} for none
   */
  static fromVersions(raw: readonly Uint8Array[], first = 1): TokenKey {
    if (raw.length === 0) throw new RangeError('a domain of tokens has a key at least');
    return new TokenKey(raw.map((key, i) => stepOf(key, first + i)));
  }

  /** The token of a text. Texts are taken as they are: two ways to write one letter are two values. */
  text(value: string): string {
    let token = value;
    for (const step of this.#steps) token = textToken(step, token);
    return token;
  }

  /** The token of a safe integer. */
  integer(value: number): number {
    let token = value;
    for (const step of this.#steps) token = integerToken(step, token);
    return token;
  }
}

/**
 * Brings tokens of a domain from older versions of its key to the newest. It has every key but the first, without which
 * nothing can be told of a value: who lifts tokens cannot make any.
 */
export class TokenLift {
  /** What everything is brought to. */
  readonly version: number;
  readonly #first: number;
  readonly #steps: readonly Step[];

  private constructor(steps: readonly Step[], first: number) {
    this.#steps = steps;
    this.#first = first;
    this.version = first + steps.length;
  }

  /**
   * @param later keys of the versions behind the first one, in order
   * @param first the version that new values begin with; tokens of versions before it stay as they are
   * @throws {CryptoError} CRYPTO_KEY_INVALID
   */
  static fromLater(later: readonly Uint8Array[], first = 1): TokenLift {
    return new TokenLift(
      later.map((key, i) => stepOf(key, first + 1 + i)),
      first,
    );
  }

  /** The newest token of a value; what is no token, or of a version to come, stays as it is. */
  text(token: string): string {
    const version = versionOfText(token);
    if (version === null || version < this.#first || version >= this.version) return token;
    let lifted = token;
    for (const step of this.#steps) if (step.version > version) lifted = textToken(step, lifted);
    return lifted;
  }

  /** The same of an integer, which tells whether its version is odd or even: it is the newest or the one before. */
  integer(token: number): number {
    const last = this.#steps.at(-1);
    const isToken = Number.isSafeInteger(token) && Math.abs(token) >= LEAST_INTEGER;
    if (last === undefined || !isToken || token < 0 === (last.version % 2 === 0)) return token;
    return integerToken(last, token);
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

function integerToken({ key, version }: Step, value: number): number {
  const code = createHmac(HMAC, key).update(`integer:${value}`).digest();
  const token = LEAST_INTEGER + code.readUIntBE(0, 6) * 16 + (code[6]! >> 4);
  return version % 2 === 0 ? -token : token;
}

/** The version that a text token says; null for what has not the form of one. */
function versionOfText(value: string): number | null {
  const found = TEXT_TOKEN.exec(value);
  return found === null ? null : Number(found[1]);
}

/** Whether a stored value has the form of a token; that of a value that never was one is improbable, and harmless. */
export function isToken(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && Math.abs(value) >= LEAST_INTEGER;
  return typeof value === 'string' && TEXT_TOKEN.test(value);
}
