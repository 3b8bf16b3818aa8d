import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState, nextUniform, seedRandom } from '#learn/features/index.ts';
import { AdaptiveForest } from './adaptive-forest.ts';

/** Rows whose label turns round in the middle; how often it was right in each quarter. */
function rightOf(forest: AdaptiveForest, rows: number, turning: boolean, seed = 3): number[] {
  const random = seedRandom(seed);
  const values = new Float64Array(3);
  const right = [0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    for (let field = 0; field < 3; field++) values[field] = nextUniform(random);
    const label = values[0]! + values[1]! > 1 !== (turning && i >= rows / 2) ? 1 : 0;
    if (forest.predict(values) === label) right[Math.floor((4 * i) / rows)]! += 4 / rows;
    forest.learn(values, label);
  }
  return right;
}

test('AdaptiveForest learns, and learns anew where what it learnt has turned round', () => {
  const right = rightOf(new AdaptiveForest(3, 2, 1), 4_000, true);
  assert.ok(right[1]! > 0.9, right.join(' '));
  assert.ok(right[3]! > 0.88, right.join(' '));
});

test('AdaptiveForest is the same by seed, and another by another', () => {
  const [a, b, c] = [1, 1, 2].map((seed) => {
    const forest = new AdaptiveForest(3, 2, seed, { trees: 3 });
    rightOf(forest, 600, false);
    return forest.snapshot();
  });
  assert.deepEqual(a, b);
  assert.notDeepEqual(a, c);
});

test('AdaptiveForest goes on from a snapshot as if nothing had been', () => {
  const whole = new AdaptiveForest(3, 2, 1, { trees: 3 });
  rightOf(whole, 600, true);
  const second = AdaptiveForest.restore(whole.snapshot());
  assert.deepEqual(rightOf(second, 400, true, 8), rightOf(whole, 400, true, 8));
  assert.deepEqual(second.snapshot(), whole.snapshot());
});

test('AdaptiveForest refuses a snapshot that is damaged or leads nowhere', () => {
  const forest = new AdaptiveForest(3, 2, 1, { trees: 1, leaves: 8 });
  const bytes = forest.snapshot();
  assert.throws(() => AdaptiveForest.restore(bytes.subarray(0, 50)), { code: 'FEATURES_STATE_CORRUPT' });
  const entries = Object.fromEntries(decodeState(bytes, 'adaptive-forest', 1));
  for (const [name, value] of [
    ['0 tree fields', Int32Array.of(0, ...new Int32Array(14))],
    ['0 tree borders', new Float64Array(2)],
    ['0 tree sizes', Int32Array.of(99, 1)],
  ] as const) {
    const broken = encodeState('adaptive-forest', 1, { ...entries, [name]: value });
    assert.throws(() => AdaptiveForest.restore(broken), { code: 'MODELS_STATE_UNFIT' }, name);
  }
});
