import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextUniform, seedRandom } from '#learn/features/index.ts';
import { beginTree, clearTree, learnRow, voteOf } from './hoeffding-tree.ts';
import type { TreeRule, TreeShape } from './hoeffding-tree.ts';

const SHAPE: TreeShape = { width: 2, classes: 2, leaves: 64 };
const RULE: TreeRule = { grace: 200, delta: 1e-7, tie: 0.05, fields: 2 };

/** Rows of two uniform fields, learnt with labels; the tree, and how often it was right in the last thousand. */
function grown(rows: number, labelOf: (a: number, b: number) => number, shape = SHAPE) {
  const random = seedRandom(1);
  const tree = beginTree(shape, RULE, random);
  const [values, vote] = [new Float64Array(2), new Float64Array(2)];
  let right = 0;
  for (let i = 0; i < rows; i++) {
    values.set([nextUniform(random), nextUniform(random)]);
    const label = labelOf(values[0]!, values[1]!);
    voteOf(tree, shape, values, 0, vote);
    if (i >= rows - 1_000 && (vote[1]! > vote[0]! ? 1 : 0) === label) right += 1;
    learnRow(tree, shape, RULE, random, { values, at: 0, label, weight: 1 });
  }
  return { tree, right: right / 1_000, random };
}

test('learnRow() splits on the field that tells the classes apart, near the border', () => {
  const { tree, right } = grown(2_000, (_, b) => (b > 0.5 ? 1 : 0));
  assert.equal(tree.fields[0], 1);
  assert.ok(Math.abs(tree.borders[0]! - 0.5) < 0.06, `border at ${tree.borders[0]}`);
  assert.ok(right > 0.95, `${right}`);
});

test('learnRow() grows over several fields, which one border cannot tell apart', () => {
  const { tree, right } = grown(20_000, (a, b) => (a > 0.3 && b > 0.6 ? 1 : 0));
  assert.ok(tree.sizes[1]! >= 3);
  assert.ok(right > 0.95, `${right}`);
});

test('learnRow() does not split where nothing tells the classes apart, nor beyond its leaves', () => {
  const random = seedRandom(9);
  const { tree } = grown(3_000, () => (nextUniform(random) < 0.5 ? 1 : 0), { ...SHAPE, leaves: 4 });
  assert.ok(tree.sizes[1]! <= 4);
  const full = grown(30_000, (a, b) => (Math.floor(8 * a) % 2) ^ (Math.floor(8 * b) % 2), { ...SHAPE, leaves: 4 });
  assert.ok(full.tree.sizes[1]! <= 4 && full.tree.sizes[0]! <= 7);
});

test('learnRow() skips values that are missing; clearTree() makes it one leaf again', () => {
  const { tree, random } = grown(2_000, (_, b) => (b > 0.5 ? 1 : 0));
  const vote = new Float64Array(2);
  learnRow(tree, SHAPE, RULE, random, { values: Float64Array.of(NaN, NaN), at: 0, label: 1, weight: 3 });
  voteOf(tree, SHAPE, Float64Array.of(NaN, 0.9), 0, vote);
  assert.ok(vote.every((one) => Number.isFinite(one) && one >= 0));
  clearTree(tree, SHAPE, RULE, random);
  voteOf(tree, SHAPE, Float64Array.of(0.1, 0.9), 0, vote);
  assert.deepEqual([...vote], [0, 0]);
});
