import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedRandom } from '#learn/features/index.ts';
import { growTree } from './grow-tree.ts';
import type { Growth } from './grow-tree.ts';
import { rankColumns } from './rank-columns.ts';

function growthOf(values: readonly number[], width: number, classOf: readonly number[]): Growth {
  return {
    ...rankColumns(Float64Array.from(values), width),
    width,
    classOf: Int32Array.from(classOf),
    classes: Math.max(...classOf) + 1,
    tried: width,
    splitFrom: 2,
    random: seedRandom(1),
    fields: [],
    thresholds: [],
    left: [],
    right: [],
    leafClasses: [],
    leafShares: [],
  };
}

test('growTree() splits where the sides are purest', () => {
  const growth = growthOf([7, 1, 7, 2, 3, 3, 7, 10, 7, 11], 2, [0, 0, 0, 1, 1]);
  assert.equal(growTree(growth, Int32Array.of(0, 1, 2, 3, 4)), 0);
  assert.deepEqual(growth.fields, [1, -1, -1]);
  assert.equal(growth.thresholds[0], 6.5);
  assert.deepEqual(growth.leafClasses, [0, 1]);
  assert.deepEqual(growth.leafShares, [1, 1]);
});

test('growTree() ends where rows are alike, with the shares of their classes', () => {
  const growth = growthOf([1, 1, 1, 1], 1, [0, 1, 1, 1]);
  growTree(growth, Int32Array.of(0, 1, 2, 3));
  assert.deepEqual([growth.fields, growth.leafClasses, growth.leafShares], [[-1], [0, 1], [0.25, 0.75]]);
});

test('growTree() parts missing values from numbers', () => {
  const growth = growthOf([NaN, NaN, 3, 4], 1, [1, 1, 0, 0]);
  growTree(growth, Int32Array.of(0, 1, 2, 3));
  assert.deepEqual(growth.fields, [0, -1, -1]);
  assert.equal(growth.thresholds[0], Infinity);
});
