import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateColumn } from '../../../../test/support/private-view.ts';
import { gridOf, hasGrid } from './private-grid.ts';

test('gridOf() has whole numbers as they are, and others in steps', () => {
  const n = privateColumn('n', 'integer', { range: [0, 10] });
  const x = privateColumn('x', 'number', { range: [0, 8] });
  assert.deepEqual(gridOf(n), { middle: 5, step: 0.5, most: 10 });
  assert.deepEqual(gridOf(x), { middle: 4, step: 4 / 2 ** 20, most: 2 ** 20 });
});

test('hasGrid() is false of ranges whose ends would be beyond their grid', () => {
  for (const sound of [
    [0, 8],
    [-1e9, 1e9],
    [0.1, 0.7],
    [1e12, 1e12 + 1],
    [-1e300, 1e300],
    [0, 2 ** 53 - 1],
  ] as const)
    assert.equal(hasGrid(sound), true, String(sound));
  const unsound = [[2 ** 53, 2 ** 53 + 2], [1e17, 1e17 + 16], [-Number.MAX_VALUE, Number.MAX_VALUE], [0, 5e-324], [3, 3], [4, 3]] as const; // prettier-ignore
  for (const range of unsound) assert.equal(hasGrid(range), false, String(range));
});
