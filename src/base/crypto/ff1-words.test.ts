import assert from 'node:assert/strict';
import test from 'node:test';
import { Ff1 } from './ff1.ts';
import { Ff1Words } from './ff1-words.ts';

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1);
const NONE = new Uint8Array(0);
const FORMS = [
  { digits: 16, bits: 5, alphabet: 'abcdefghijklmnopqrstuvwxyz234567' },
  { digits: 13, bits: 4, alphabet: '0123456789abcdef' },
  { digits: 7, bits: 6, alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/' },
  { digits: 48, bits: 1, alphabet: '01' },
] as const;

test('Ff1Words gives what FF1 gives over an alphabet, for many words at once', () => {
  for (const { digits, bits, alphabet } of FORMS) {
    const one = new Ff1(KEY, alphabet, NONE);
    const many = new Ff1Words(KEY, digits, bits);
    const texts = Array.from({ length: 5_000 }, (_, i) =>
      Array.from({ length: digits }, (_, j) => alphabet[((i + 1) * (j * 31 + 17)) % alphabet.length]!).join(''),
    );
    const u = Math.floor(digits / 2);
    const number = (text: string) =>
      text.split('').reduce((sum, letter) => sum * 2 ** bits + alphabet.indexOf(letter), 0);
    const halves = {
      first: Float64Array.from(texts, (text) => number(text.slice(0, u))),
      last: Float64Array.from(texts, (text) => number(text.slice(u))),
    };
    const sealed = many.encrypt(halves);
    for (const at of [0, 1, 2, 4_095, 4_096, 4_999]) {
      const expected = one.encrypt(texts[at]!);
      assert.deepEqual([sealed.first[at], sealed.last[at]], [number(expected.slice(0, u)), number(expected.slice(u))]);
    }
    assert.deepEqual(many.decrypt(sealed), halves);
  }
});

test('Ff1Words takes no key of another length, and no half above 48 bits', () => {
  assert.throws(() => new Ff1Words(new Uint8Array(16), 16, 5), { code: 'CRYPTO_KEY_INVALID' });
  assert.throws(() => new Ff1Words(KEY, 20, 5), RangeError);
});
