import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FormatTokenKey, tokenFormatProblem } from './format-token-key.ts';

const RAW = Uint8Array.from({ length: 32 }, (_, i) => i);
const DIGITS = { alphabet: '0123456789', length: [6, 12] } as const;

test('FormatTokenKey gives tokens of the format, and originals back', () => {
  const key = new FormatTokenKey(RAW, 1, 'phones', DIGITS);
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{6,12}$/), (value) => {
      const token = key.text(value);
      assert.match(token, /^[0-9]+$/);
      assert.deepEqual([token.length, key.original(token)], [value.length, value]);
    }),
    { seed: 1 },
  );
  // The vector of docs/formats/token.md.
  assert.equal(key.text('4917612345'), '7940008921');
  assert.throws(() => key.text('49-176'), { code: 'CRYPTO_FORMAT_INVALID' });
  assert.throws(() => key.integer(), TypeError);
});

test('tokens of two domains have nothing in common, under one key too', () => {
  const phones = new FormatTokenKey(RAW, 1, 'phones', DIGITS);
  const meters = new FormatTokenKey(RAW, 1, 'meters', DIGITS);
  const same = Array.from({ length: 500 }, (_, i) => String(100_000 + i)).filter(
    (value) => phones.text(value) === meters.text(value),
  );
  assert.ok(same.length <= 1);
  assert.throws(() => new FormatTokenKey(new Uint8Array(16), 1, 'x', DIGITS), { code: 'CRYPTO_KEY_INVALID' });
});

test('tokenFormatProblem() refuses spaces of less than a million values', () => {
  const of = (alphabet: string, least: number, most: number) => tokenFormatProblem({ alphabet, length: [least, most] });
  assert.equal(of('0123456789', 6, 12), null);
  assert.equal(of('0123456789', 6, 6), null);
  assert.match(of('0123456789', 5, 12) ?? '', /100000 values of length 5/);
  assert.equal(of('01', 20, 64), null);
  assert.match(of('01', 19, 64) ?? '', /524288/);
  assert.match(of('0123456789', 8, 7) ?? '', /least length 8/);
  assert.match(of('0123456789', 6, 129) ?? '', /at most 128/);
  assert.match(of('00', 30, 30) ?? '', /twice/);
  assert.match(of('0', 30, 30) ?? '', /2 to 256/);
});
