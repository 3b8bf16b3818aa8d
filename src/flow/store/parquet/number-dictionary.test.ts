import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { numberDictionary } from './number-dictionary.ts';

const bitsOf = (values: Float64Array): bigint[] => [...new BigUint64Array(values.slice().buffer)];

test('numberDictionary() gives back every bit', () => {
  const values = Float64Array.from([0, -0, NaN, 1.5, 1.5, -0, 0, Infinity, 2 ** 53, 1.5]);
  const coded = numberDictionary(values, 16);
  assert.ok(coded !== null);
  assert.equal(coded.entries.length, 6);
  const again = Float64Array.from(coded.codes, (code) => coded.entries[code]!);
  assert.deepEqual(bitsOf(again), bitsOf(values));
});

test('numberDictionary() takes any values that repeat, in the order of their coming', () => {
  const random = seededRandom(7);
  const distinct = Float64Array.from({ length: 5_000 }, () => new Float64Array(random.bytes(8).buffer.slice(0, 8))[0]!);
  const values = Float64Array.from({ length: 100_000 }, (_, i) => distinct[(i * 7_919) % distinct.length]!);
  const coded = numberDictionary(values, 25_000);
  assert.ok(coded !== null);
  assert.ok(coded.entries.length <= 5_000);
  assert.deepEqual(bitsOf(Float64Array.from(coded.codes, (code) => coded.entries[code]!)), bitsOf(values));
});

test('numberDictionary() gives up where it is not worth it', () => {
  const counting = Float64Array.from({ length: 20_000 }, (_, i) => i);
  assert.equal(numberDictionary(counting, 20_000), null, 'the first thousands hardly repeat');
  assert.equal(numberDictionary(Float64Array.of(1, 2, 3), 2), null, 'more than it may have');
  assert.equal(numberDictionary(new Float64Array(3), 0), null);
});
