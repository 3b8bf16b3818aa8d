import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextUniform, seedRandom } from '#learn/features/index.ts';
import { askTrackers, beginTrackers, learnTrackers, trackersOf } from './linear-trackers.ts';
import type { TrackerRule } from './linear-trackers.ts';

const RULE: TrackerRule = { memories: [100, 1_000], rates: [1 / 64, 1] };

/** How often each model was right in the last half of rows; units are those of the fields. */
function rightOf(labelOf: (a: number, b: number, row: number) => number, units = 1, classes = 2): number[] {
  const random = seedRandom(4);
  const state = beginTrackers(2, classes, RULE);
  const told = new Float64Array(trackersOf(RULE) * classes);
  const right = Array.from({ length: trackersOf(RULE) }, () => 0);
  for (let row = 0; row < 4_000; row++) {
    const values = Float64Array.of(units * nextUniform(random), nextUniform(random));
    const label = labelOf(values[0]! / units, values[1]!, row);
    askTrackers(state, RULE, 2, values, 0, told);
    for (let model = 0; model < right.length && row >= 2_000; model++) {
      const own = told.subarray(model * classes, (model + 1) * classes);
      if (own.indexOf(Math.max(...own)) === label) right[model] = right[model]! + 1 / 2_000;
    }
    learnTrackers(state, RULE, 2, { values, at: 0, label }, told);
  }
  return right;
}

test('learnTrackers() learns a border, and as well where a field has a thousand times the unit', () => {
  const [slow, fast] = rightOf((a, b) => (a > b ? 1 : 0));
  assert.ok(slow! > 0.95 && fast! > 0.9, `${slow} ${fast}`);
  const scaled = rightOf((a, b) => (a > b ? 1 : 0), 1e3);
  assert.ok(Math.abs(scaled[0]! - slow!) < 1e-3, `${scaled[0]}`);
});

test('learnTrackers() follows a border that turns, the faster the greater the rate', () => {
  const [slow, fast] = rightOf((a, b, row) =>
    Math.cos(row / 150) * (a - 0.5) > Math.sin(row / 150) * (b - 0.5) ? 1 : 0,
  );
  assert.ok(fast! > slow! + 0.1, `${slow} ${fast}`);
});

test('askTrackers() gives chances of three classes that add up to one, without numbers too', () => {
  const right = rightOf((a, b) => (a > 0.6 ? 2 : b > 0.5 ? 1 : 0), 1, 3);
  assert.ok(right[0]! > 0.85, right.join(' '));
  const state = beginTrackers(2, 3, RULE);
  const told = new Float64Array(trackersOf(RULE) * 3);
  for (const values of [Float64Array.of(1, 2), Float64Array.of(NaN, Infinity), Float64Array.of(1e300, -1e300)]) {
    askTrackers(state, RULE, 2, values, 0, told);
    for (let model = 0; model < trackersOf(RULE); model++) {
      const sum = told.subarray(3 * model, 3 * model + 3).reduce((all, one) => all + one, 0);
      assert.ok(Math.abs(sum - 1) < 1e-12);
    }
    learnTrackers(state, RULE, 2, { values, at: 0, label: 2 }, told);
  }
});
