import assert from 'node:assert/strict';
import { test } from 'node:test';

import { editDistance, nearestWord } from './nearest-word.ts';

test('editDistance() counts insertions, deletions, substitutions and swaps of neighbours', () => {
  const table: [string, string, number][] = [
    ['', '', 0],
    ['abc', 'abc', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['strema', 'stream', 1],
    ['ca', 'abc', 3],
  ];
  for (const [a, b, distance] of table) {
    assert.equal(editDistance(a, b), distance, `${a} ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} ${a}`);
  }
});

test('nearestWord() names a near word, whatever its case', () => {
  assert.equal(nearestWord('temprature', ['humidity', 'temperature']), 'temperature');
  assert.equal(nearestWord('TEMPERATURE', ['temperature']), 'temperature');
});

test('nearestWord() names none that is far, and none for nothing', () => {
  assert.equal(nearestWord('pressure', ['humidity', 'temperature']), null);
  assert.equal(nearestWord('', ['a']), null);
  assert.equal(nearestWord('x'.repeat(65), ['x'.repeat(64)]), null);
});

test('nearestWord() takes the first of equally near words', () => {
  assert.equal(nearestWord('cat', ['bat', 'rat']), 'bat');
});
