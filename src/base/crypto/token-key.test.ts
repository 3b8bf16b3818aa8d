import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '#base/core/index.ts';
import { requireProgram } from '../../../test/support/outside.ts';
import { isToken, TokenKey } from './token-key.ts';

const RAW = Uint8Array.from({ length: 32 }, (_, i) => i);
const OTHER = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const KEY = TokenKey.fromBytes(RAW, 1);

/** The vectors of `docs/formats/token.md`. */
const VECTORS: readonly (readonly [string | number, string | number])[] = [
  ['MSKU1234565', 't1-bgxgseuu4himrusw'],
  ['', 't1-4us4uvq7yeksdrfs'],
  ['Zoë', 't1-obgexn76ofghrgr2'],
  [42, 5_398_511_746_549_622],
  [-1, 5_279_938_365_457_279],
];

const tokenOf = (key: TokenKey, value: string | number): string | number =>
  typeof value === 'string' ? key.text(value) : key.integer(value);

test('TokenKey agrees with the vectors of the format', () => {
  for (const [value, token] of VECTORS) assert.equal(tokenOf(KEY, value), token);
});

test('a token is the first bits of what openssl makes', (t) => {
  const openssl = requireProgram(t, 'openssl');
  const hex = (text: string): string =>
    execFileSync(openssl, ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${toHex(RAW)}`, '-r'], {
      input: text,
      encoding: 'utf8',
    }).slice(0, 64);
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const bits = BigInt(`0x${hex('text:Zoë').slice(0, 20)}`)
    .toString(2)
    .padStart(80, '0');
  const fives = bits.match(/.{5}/g) ?? [];
  assert.equal(KEY.text('Zoë'), `t1-${fives.map((five) => letters[Number.parseInt(five, 2)]).join('')}`);
  assert.equal(BigInt(KEY.integer(42)), 2n ** 52n + BigInt(`0x${hex('integer:42').slice(0, 13)}`));
});

test('the same value has the same token under one key, and another under any other key, version or type', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger()), (value) => {
      const token = tokenOf(KEY, value);
      assert.equal(tokenOf(TokenKey.fromBytes(RAW, 1), value), token);
      assert.notEqual(tokenOf(TokenKey.fromBytes(OTHER, 1), value), token);
      assert.notEqual(token, value);
      assert.ok(isToken(token));
      assert.equal(typeof token, typeof value);
    }),
    { seed: 1 },
  );
  assert.notEqual(KEY.text('42'), String(KEY.integer(42)));
  assert.notEqual(TokenKey.fromBytes(RAW, 2).text('a'), KEY.text('a'));
  assert.notEqual(KEY.text('e\u0301'), KEY.text('é'));
});

test('tokens of twenty thousand values are all different', () => {
  const texts = new Set<string>();
  const integers = new Set<number>();
  for (let i = 0; i < 20_000; i++) {
    texts.add(KEY.text(`device-${i}`));
    integers.add(KEY.integer(i));
  }
  assert.deepEqual([texts.size, integers.size], [20_000, 20_000]);
});

test('isToken() knows tokens by their form', () => {
  for (const value of ['t1-abcdefghijklmnop', 't12-a2b3c4d5e6f7abcd', 2 ** 52, Number.MAX_SAFE_INTEGER]) {
    assert.ok(isToken(value), String(value));
  }
  for (const value of [
    'MSKU1234565',
    't1-abc',
    't0-abcdefghijklmnop',
    't1-ABCDEFGHIJKLMNOP',
    42,
    2 ** 53,
    null,
    true,
  ]) {
    assert.ok(!isToken(value), String(value));
  }
});

test('TokenKey refuses a short key', () => {
  assert.throws(() => TokenKey.fromBytes(new Uint8Array(31), 1), { code: 'CRYPTO_KEY_INVALID' });
});
