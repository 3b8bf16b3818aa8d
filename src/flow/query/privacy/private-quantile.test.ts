import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privateColumn } from '../../../../test/support/private-view.ts';
import { TREE_LEAVES } from './private-measures.ts';
import { countTree, quantileEstimate } from './private-quantile.ts';

const X = privateColumn('x', 'number', { range: [0, TREE_LEAVES] });
/** One value in each leaf. */
const EVEN = new Map(Array.from({ length: TREE_LEAVES }, (_, leaf) => [leaf, 1n]));

test('quantileEstimate() finds the place below which a share of the values lies', () => {
  const tree = countTree(EVEN, () => 0n, 0);
  for (const at of [0, 0.1, 0.5, 0.99, 1]) {
    const { value, error } = quantileEstimate(tree, X, at);
    assert.ok(Math.abs(value - at * TREE_LEAVES) <= 1, `${at}: ${value}`);
    assert.equal(error, 1);
  }
  const steep = countTree(
    new Map([
      [100, 90n],
      [900, 10n],
    ]),
    () => 0n,
    0,
  );
  assert.ok(Math.abs(quantileEstimate(steep, X, 0.5).value - 100.5) <= 1);
  assert.ok(Math.abs(quantileEstimate(steep, X, 0.95).value - 900.5) <= 1);
});

test('quantileEstimate() of nothing, or of less than the noise, is within the range', () => {
  for (const noise of [0n, -5n, 5n]) {
    const { value, error } = quantileEstimate(
      countTree(new Map(), () => noise, 5),
      X,
      0.5,
    );
    assert.ok(value >= 0 && value <= TREE_LEAVES && error > 0);
  }
});

test('countTree() draws the noise of a node once', () => {
  let drawn = 0n;
  const tree = countTree(EVEN, () => (drawn += 1n), 1);
  assert.equal(tree.countOf(1, 0), tree.countOf(1, 0));
  assert.equal(drawn, 1n);
});
