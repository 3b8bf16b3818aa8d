import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { fitForest } from './fit-forest.ts';
import { forestProbabilities, likeliest } from './forest.ts';

/** Three clouds in four fields, two of which say nothing. */
function clouds(count: number, seed: number): { readonly values: Float64Array; readonly labels: string[] } {
  const random = seedRandom(seed);
  const values = new Float64Array(count * 4);
  const labels = Array.from({ length: count }, (_, i) => ['lamp', 'lock', 'pump'][i % 3]!);
  for (let row = 0; row < count; row++) {
    const kind = row % 3;
    values.set(
      [
        nextNormal(random),
        kind * 3 + nextNormal(random),
        nextNormal(random),
        (kind === 1 ? 4 : 0) + nextNormal(random),
      ],
      row * 4,
    );
  }
  return { values, labels };
}

test('fitForest() tells classes of new rows apart, and says beforehand how well', () => {
  const known = clouds(300, 1);
  const { forest, held } = fitForest(known.values, 4, known.labels, { trees: 60 });
  const fresh = clouds(600, 2);
  const out = new Float64Array(600 * 3);
  forestProbabilities(forest, fresh.values, out);
  const right = fresh.labels.filter((label, row) => likeliest(forest, out, row).name === label).length / 600;
  const expected = known.labels.filter((label, row) => likeliest(forest, held, row).name === label).length / 300;
  assert.ok(right > 0.93, `${right}`);
  assert.ok(Math.abs(right - expected) < 0.04, `${right} beside ${expected}`);
  for (let row = 0; row < 600; row++) {
    const sum = out.subarray(row * 3, row * 3 + 3).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9);
  }
});

test('fitForest() gives the same forest for the same seed, and another for another', () => {
  const { values, labels } = clouds(60, 3);
  const fit = (seed: number): string => JSON.stringify(fitForest(values, 4, labels, { trees: 5, seed }).forest);
  assert.equal(fit(7), fit(7));
  assert.notEqual(fit(7), fit(8));
});

test('fitForest() takes missing values, a single class and constant fields', () => {
  const one = fitForest(Float64Array.of(1, NaN, NaN, 2), 2, ['lamp', 'lamp'], { trees: 3 });
  assert.deepEqual(one.forest.classes, ['lamp']);
  const out = new Float64Array(1);
  forestProbabilities(one.forest, Float64Array.of(NaN, NaN), out);
  assert.ok(Math.abs(out[0]! - 1) < 1e-12);
});

test('fitForest() refuses values and labels that do not go together', () => {
  assert.throws(() => fitForest(new Float64Array(3), 2, ['lamp']), RangeError);
  assert.throws(() => fitForest(new Float64Array(0), 2, []), RangeError);
});
