import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateColumn } from '../../../../test/support/private-view.ts';
import { gridOf } from './private-grid.ts';

test('gridOf() has whole numbers as they are, and others in steps', () => {
  const n = privateColumn('n', 'integer', { range: [0, 10] });
  const x = privateColumn('x', 'number', { range: [0, 8] });
  assert.deepEqual(gridOf(n), { middle: 5, step: 0.5, most: 10 });
  assert.deepEqual(gridOf(x), { middle: 4, step: 4 / 2 ** 20, most: 2 ** 20 });
});
