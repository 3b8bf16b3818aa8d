import { crc32 } from 'node:zlib';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { sha256 } from '#base/crypto/index.ts';

/** What a secret is: the token of a person, a key of a service, a session, a code that is exchanged once. */
export const SECRET_KINDS = ['token', 'key', 'session', 'code'] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

/** A secret as it is looked up: what it says that it is, and the SHA-256 under which it is kept. */
export interface ShownSecret {
  readonly kind: SecretKind;
  readonly digest: Uint8Array;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Digits of 256 bits, and of 32, to the base 62. */
const RANDOM_DIGITS = 43;
const CHECK_DIGITS = 6;
const SECRET = new RegExp(
  `^(weir_(${SECRET_KINDS.join('|')})_[0-9A-Za-z]{${RANDOM_DIGITS}})([0-9A-Za-z]{${CHECK_DIGITS}})$`,
);
/** Tokens of before there were kinds: still good, never given any more. */
const EARLIER_TOKEN = /^weir_[A-Za-z0-9_-]{43}$/;

/**
 * A new secret: `weir_`, its kind, 256 random bits and a CRC-32 of all that, to the base 62. The prefix lets scanners of
 * repositories and logs find it, the check keeps them from crying wolf; neither makes it any easier to guess.
 */
export function makeSecret(kind: SecretKind, random: Random): string {
  const body = `weir_${kind}_${toBase62(BigInt(`0x${random.bytes(32).toHex()}`), RANDOM_DIGITS)}`;
  return body + checkOf(body);
}

/** What a text is as a secret, or null for a text that is none. @param text untrusted, of any length */
export function readSecret(text: string): ShownSecret | null {
  if (EARLIER_TOKEN.test(text)) return { kind: 'token', digest: digestOf(text) };
  const [, body = '', kind, check] = SECRET.exec(text) ?? [];
  return kind === undefined || check !== checkOf(body) ? null : { kind: kind as SecretKind, digest: digestOf(text) };
}

function digestOf(text: string): Uint8Array {
  return sha256(encodeUtf8(text));
}

function checkOf(body: string): string {
  return toBase62(BigInt(crc32(body)), CHECK_DIGITS);
}

function toBase62(value: bigint, digits: number): string {
  let text = '';
  for (let rest = value, i = 0; i < digits; i++, rest /= 62n) text = ALPHABET[Number(rest % 62n)] + text;
  return text;
}
