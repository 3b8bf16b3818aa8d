import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeState } from '#learn/features/index.ts';
import { fitForest } from './fit-forest.ts';
import { forestProbabilities, likeliest, restoreForest, snapshotForest } from './forest.ts';
import type { Forest } from './forest.ts';

const VALUES = Float64Array.of(0, 1, 0, 2, 9, 1, 9, 2, NaN, 5, NaN, 6);
const LABELS = ['lock', 'lock', 'lamp', 'lamp', 'pump é', 'pump é'];

test('a forest that is restored says what it said', () => {
  const { forest } = fitForest(VALUES, 2, LABELS, { trees: 20 });
  const again = restoreForest(snapshotForest(forest));
  assert.deepEqual(again, forest);
  const [before, after] = [new Float64Array(18), new Float64Array(18)];
  forestProbabilities(forest, VALUES, before);
  forestProbabilities(again, VALUES, after);
  assert.deepEqual(after, before);
  assert.equal(likeliest(again, after, 5).name, 'pump é');
});

test('restoreForest() refuses what would lead a walk astray', () => {
  const { forest } = fitForest(VALUES, 2, LABELS, { trees: 4 });
  const inner = forest.fields.findIndex((field) => field >= 0);
  const changed = (name: keyof Forest, value: number, at = 0): Uint8Array => {
    const array = Int32Array.from(forest[name] as Int32Array);
    array[at] = value;
    return snapshotForest({ ...forest, [name]: array });
  };
  const faults: Record<string, Uint8Array> = {
    'a root that is none': changed('roots', 10_000),
    'a field that is none': changed('fields', 2),
    'a circle': changed('left', inner, inner),
    'a class that is none': changed('leafClasses', 3),
    'no classes': snapshotForest({ ...forest, classes: [] }),
    'nothing at all': encodeState('forest', 1, {}),
  };
  for (const [what, bytes] of Object.entries(faults)) {
    assert.throws(() => restoreForest(bytes), { code: 'MODELS_STATE_UNFIT' }, what);
  }
  assert.throws(() => restoreForest(snapshotForest(forest).subarray(1)), { code: 'FEATURES_STATE_CORRUPT' });
});

test('forestProbabilities() refuses rows of another shape', () => {
  const { forest } = fitForest(VALUES, 2, LABELS, { trees: 2 });
  assert.throws(() => forestProbabilities(forest, new Float64Array(3), new Float64Array(3)), RangeError);
  assert.throws(() => forestProbabilities(forest, new Float64Array(2), new Float64Array(2)), RangeError);
});
