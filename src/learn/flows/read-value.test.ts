import assert from 'node:assert/strict';
import { test } from 'node:test';
import { integerIn, numberIn, textIn, ValueError } from './read-value.ts';

const VALUES = new Map<string, unknown>([
  ['a', 1.5],
  ['b', 7],
  ['c', ''],
  ['d', null],
  ['e', Infinity],
]);

test('values are of their type or missing', () => {
  assert.deepEqual(
    [numberIn(VALUES, 'a'), integerIn(VALUES, 'b'), textIn(VALUES, 'c'), numberIn(VALUES, 'd')],
    [1.5, 7, null, null],
  );
  for (const read of [
    () => integerIn(VALUES, 'a'),
    () => integerIn(VALUES, 'b', 6),
    () => textIn(VALUES, 'a'),
    () => numberIn(VALUES, 'e'),
  ])
    assert.throws(read, ValueError);
});
