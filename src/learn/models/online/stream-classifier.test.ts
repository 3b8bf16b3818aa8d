import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState, nextUniform, seedRandom } from '#learn/features/index.ts';
import { AdaptiveForest } from './adaptive-forest.ts';
import { StreamClassifier } from './stream-classifier.ts';

type Label = (values: Float64Array, row: number) => number;
/** Linear, and turning all the time. */
const turning: Label = ([a = 0, b = 0], row) =>
  Math.cos(row / 200) * (a - 0.5) > Math.sin(row / 200) * (b - 0.5) ? 1 : 0;
/** No line tells the classes apart. */
const crossed: Label = ([a = 0, b = 0]) => (a > 0.5 !== b > 0.5 ? 1 : 0);

function rightOf(learner: AdaptiveForest | StreamClassifier, labelOf: Label, rows: number, seed = 3): number {
  const random = seedRandom(seed);
  const values = new Float64Array(3);
  let right = 0;
  for (let row = 0; row < rows; row++) {
    for (let field = 0; field < 3; field++) values[field] = nextUniform(random);
    const label = labelOf(values, row);
    if (learner.predict(values) === label) right += 1 / rows;
    learner.learn(values, label);
  }
  return right;
}

test('StreamClassifier follows a border that turns far better than its forest', () => {
  const [alone, mixed] = [new AdaptiveForest(3, 2, 1), new StreamClassifier(3, 2, 1)].map((learner) =>
    rightOf(learner, turning, 4_000),
  );
  assert.ok(mixed! > alone! + 0.05, `${alone} ${mixed}`);
});

test('StreamClassifier is no worse than its forest where no line tells the classes apart', () => {
  const [alone, mixed] = [new AdaptiveForest(3, 2, 1), new StreamClassifier(3, 2, 1)].map((learner) =>
    rightOf(learner, crossed, 4_000),
  );
  assert.ok(mixed! > alone! - 0.01, `${alone} ${mixed}`);
});

test('StreamClassifier goes on from a snapshot as if nothing had been', () => {
  const whole = new StreamClassifier(3, 2, 1, { trees: 3, leaves: 16 });
  rightOf(whole, turning, 600);
  const second = StreamClassifier.restore(whole.snapshot());
  assert.equal(rightOf(second, turning, 400, 8), rightOf(whole, turning, 400, 8));
  assert.deepEqual(second.snapshot(), whole.snapshot());
});

test('StreamClassifier refuses a snapshot that is damaged or does not fit', () => {
  const bytes = new StreamClassifier(3, 2, 1, { trees: 1, leaves: 4 }).snapshot();
  assert.throws(() => StreamClassifier.restore(bytes.subarray(0, 50)), { code: 'FEATURES_STATE_CORRUPT' });
  const entries = Object.fromEntries(decodeState(bytes, 'stream-classifier', 1));
  for (const [name, value] of [
    ['trust', new Float64Array(2)],
    ['weights', new Float64Array(3)],
    ['forest', 7],
  ] as const) {
    const broken = encodeState('stream-classifier', 1, { ...entries, [name]: value });
    assert.throws(() => StreamClassifier.restore(broken), { code: 'MODELS_STATE_UNFIT' }, name);
  }
});
