import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CryptoError } from './errors.ts';
import { parseByteSequences, parseInnerLists } from './structured-field.ts';

test('parseInnerLists() reads members, items and parameters, and keeps the source of each', () => {
  const lists = parseInnerLists('sig1=("a" "b;\\"";req);created=1;keyid="k";x, sig2=( )');
  const first = lists.get('sig1');
  assert.deepEqual(
    first?.items.map(({ value, parameters }) => [value, [...parameters]]),
    [
      ['a', []],
      ['b;"', [['req', true]]],
    ],
  );
  assert.deepEqual(
    [...(first?.parameters ?? [])],
    [
      ['created', 1],
      ['keyid', 'k'],
      ['x', true],
    ],
  );
  assert.equal(first?.source, '("a" "b;\\"";req);created=1;keyid="k";x');
  assert.deepEqual(lists.get('sig2')?.items, []);
});

test('parseInnerLists() refuses what is malformed, twice there or too long', () => {
  for (const field of [
    'a',
    'a=',
    'a=(',
    'a=("x"',
    'a=("x""y")',
    'a=(x)',
    'a=("x"),',
    'a=("x") b=("y")',
    'a=("x"), a=("y")',
    'A=("x")',
    'a=("x");c=1;c=2',
    'a=("x");c=1.5',
    'a=("x");c=9999999999999999',
    'a=("é")',
    `a=(${'"x" '.repeat(40)})`,
    `a=("${'x'.repeat(9_000)}")`,
  ]) {
    assert.throws(() => parseInnerLists(field), { code: 'CRYPTO_FIELD_INVALID' }, field.slice(0, 40));
  }
});

test('parseByteSequences() reads bytes and refuses all else', () => {
  assert.deepEqual(
    [...parseByteSequences('a=:AQI=:, b=::')],
    [
      ['a', Uint8Array.of(1, 2)],
      ['b', new Uint8Array(0)],
    ],
  );
  for (const field of ['a="x"', 'a=1', 'a=:*:', 'a=:AQI=', 'a']) {
    assert.throws(() => parseByteSequences(field), { code: 'CRYPTO_FIELD_INVALID' }, field);
  }
});

test('the parsers of fields end with a coded error whatever comes', () => {
  const parts = fc.constantFrom('a', '=', '(', ')', '"', ';', ',', ' ', ':', '?1', '7', '\\', 'é', 'sig');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
      for (const parse of [parseInnerLists, parseByteSequences]) {
        try {
          parse(words.join(''));
        } catch (error) {
          assert.ok(error instanceof CryptoError);
        }
      }
    }),
    { seed: 1 },
  );
});
