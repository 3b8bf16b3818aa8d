import assert from 'node:assert/strict';
import test from 'node:test';
import { Ff1 } from './ff1.ts';
import { FormatTokenKey } from './format-token-key.ts';
import { hkdfSha256 } from './hkdf.ts';
import { ShownTokens } from './shown-tokens.ts';
import { isToken, TokenKey } from './token-key.ts';

const STORED = TokenKey.fromBytes(new Uint8Array(32).fill(1), 1);
const RAW = Uint8Array.from({ length: 32 }, (_, i) => i);
const SHOWN = new ShownTokens(RAW, 2, 'containers', null);
const FORMAT = { alphabet: '0123456789', length: [6, 12] } as const;

test('ShownTokens: equal tokens stay equal, others apart, and all can be turned back', () => {
  const stored = Array.from({ length: 10_000 }, (_, i) => STORED.text(`MSKU${i}`));
  const shown = SHOWN.texts(stored);
  assert.equal(new Set(shown).size, stored.length);
  assert.ok(shown.every((token) => isToken(token) && token.startsWith('t2-')));
  assert.deepEqual(SHOWN.texts(stored), shown);
  assert.deepEqual(SHOWN.storedTexts(shown), stored);
  const numbers = Float64Array.from(stored, (_, i) => STORED.integer(i - 5_000));
  const seen = SHOWN.integers(numbers);
  assert.equal(new Set(seen).size, numbers.length);
  assert.ok(seen.every((token) => isToken(token)));
  assert.deepEqual(SHOWN.storedIntegers(seen), numbers);
});

test('ShownTokens of another version or domain have nothing in common', () => {
  const stored = Array.from({ length: 1_000 }, (_, i) => STORED.text(`v${i}`));
  const ours = new Set(SHOWN.texts(stored).map((token) => token.slice(3)));
  for (const other of [new ShownTokens(RAW.toReversed(), 3, 'containers', null)]) {
    assert.ok(other.texts(stored).every((token) => token.startsWith('t3-') && !ours.has(token.slice(3))));
    // Of another version is not of this one: nothing is made of it.
    assert.deepEqual(other.storedTexts(SHOWN.texts(stored)), SHOWN.texts(stored));
  }
});

test('ShownTokens keep the format that stored tokens have', () => {
  const key = new FormatTokenKey(RAW.toReversed(), 1, 'phones', FORMAT);
  const shown = new ShownTokens(RAW, 2, 'phones', FORMAT);
  const stored = ['4917612345', '000000', '123456789012'].map((value) => key.text(value));
  const seen = shown.texts(stored);
  assert.ok(seen.every((token, i) => /^\d+$/.test(token) && token.length === stored[i]!.length));
  assert.notDeepEqual(seen, stored);
  assert.deepEqual(shown.storedTexts(seen), stored);
  // A digest from before the domain had a format is shown as one.
  assert.match(shown.texts([STORED.text('x')])[0]!, /^t2-/);
});

test('ShownTokens leave what is no stored token as it is', () => {
  const others = ['MSKU1234565', '', 't1-', 't1-ABCDEFGHIJKLMNOP', 't2-aaaaaaaaaaaaaaaa', 't1-aaaaaaaaaaaaaaaaa'];
  assert.deepEqual(SHOWN.texts(others), others);
  const numbers = Float64Array.of(0, -5, 2 ** 52 - 1, 2 ** 53, 2 ** 53 + 2, NaN);
  assert.deepEqual(SHOWN.integers(numbers), numbers);
  assert.throws(() => new ShownTokens(RAW, 1, 'c', null), { code: 'CRYPTO_KEY_INVALID' });
  assert.throws(() => new ShownTokens(new Uint8Array(16), 2, 'c', null), { code: 'CRYPTO_KEY_INVALID' });
});

test('ShownTokens vectors: FF1 over the letters of a text, and over the hexadecimal digits of an integer', () => {
  const text = new Ff1(hkdfSha256(RAW, 'weir/token/shown/text/1', 32), 'abcdefghijklmnopqrstuvwxyz234567', new Uint8Array(0)); // prettier-ignore
  const hex = new Ff1(hkdfSha256(RAW, 'weir/token/shown/integer/1', 32), '0123456789abcdef', new Uint8Array(0));
  assert.deepEqual(SHOWN.texts(['t1-bgxgseuu4himrusw']), [`t2-${text.encrypt('bgxgseuu4himrusw')}`]);
  const code = 5398511746549622 - 2 ** 52;
  const expected = 2 ** 52 + Number.parseInt(hex.encrypt(code.toString(16).padStart(13, '0')), 16);
  assert.deepEqual(SHOWN.integers(Float64Array.of(5398511746549622)), Float64Array.of(expected));
  assert.deepEqual([SHOWN.texts(['t1-bgxgseuu4himrusw'])[0], expected], ['t2-gv2eopjye6vs5wfa', 5681826894711939]);
});
