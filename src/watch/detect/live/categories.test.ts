import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Categories } from './categories.ts';

test('Categories gives the same number for the same text, whoever asks, and keeps few', () => {
  const categories = new Categories();
  const numbers = Array.from({ length: 6_000 }, (_, i) => categories.numberOf(`text ${i}`));
  assert.equal(new Set(numbers).size, 6_000);
  assert.ok(numbers.every((number) => Number.isSafeInteger(number) && number >= 0 && number < 2 ** 52));
  assert.equal(new Categories().numberOf('text 17'), numbers[17]);
  assert.equal(categories.numberOf('text 17'), numbers[17]);
});
