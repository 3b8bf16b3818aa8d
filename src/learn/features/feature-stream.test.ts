import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Feature } from './feature.ts';
import { FeatureStream } from './feature-stream.ts';
import { nextNormal, seedRandom } from './random-state.ts';

const S = 1e6;

test('FeatureStream computes what its features are defined to be', () => {
  const stream = new FeatureStream(
    [
      { kind: 'rate', field: 0 },
      { kind: 'gap' },
      { kind: 'arrivals', seconds: 3, most: 9 },
      { kind: 'median', field: 0, rows: 3 },
    ],
    1,
  );
  const out = stream.push(Float64Array.of(10 * S, 11 * S, 13 * S, 20 * S), Float64Array.of(1, 3, NaN, 12));
  assert.deepEqual([...out], [NaN, NaN, 1, 1, 2, 1, 2, 2, NaN, 2, 2, 2, 1, 7, 1, 3]);
});

test('FeatureStream leaves late and doubled rows out, and counts them', () => {
  const stream = new FeatureStream([{ kind: 'gap' }], 1);
  const out = stream.push(Float64Array.of(10 * S, 9 * S, 10 * S, NaN, 12 * S), new Float64Array(5));
  assert.deepEqual([...out], [NaN, NaN, NaN, NaN, 2]);
  assert.equal(stream.late, 3);
  assert.equal(FeatureStream.restore(stream.snapshot(), [{ kind: 'gap' }], 1).late, 3);
});

test('FeatureStream tells what one sensor says given the others', () => {
  const random = seedRandom(1);
  const stream = new FeatureStream([{ kind: 'residual', field: 0, from: [1, 2], memory: 200 }], 3);
  const rows = 500;
  const values = new Float64Array(3 * rows);
  for (let row = 0; row < rows; row++) {
    const [a, b] = [nextNormal(random), nextNormal(random)];
    values.set([5 + 2 * a - b + 0.01 * nextNormal(random) + (row === 400 ? 1 : 0), a, b], 3 * row);
  }
  const out = stream.push(
    Float64Array.from({ length: rows }, (_, i) => i * S),
    values,
  );
  assert.ok(Math.abs(out[400]! - 1) < 0.05, `${out[400]}`);
  for (let row = 20; row < 400; row++) assert.ok(Math.abs(out[row]!) < 0.06, `row ${row}: ${out[row]}`);
});

test('FeatureStream takes no more memory than it states', () => {
  const features: Feature[] = [
    { kind: 'median', field: 0, rows: 60 },
    { kind: 'arrivals', seconds: 60, most: 100 },
  ];
  const stream = new FeatureStream(features, 1);
  for (let i = 0; i < 50; i++) {
    stream.push(
      Float64Array.from({ length: 100 }, (_, j) => (i * 100 + j) * S),
      new Float64Array(100).fill(i),
    );
  }
  assert.ok(stream.snapshot().length <= stream.stateBytes);
  assert.ok(stream.stateBytes < 2200);
});

test('FeatureStream.restore() refuses the state of other features, and damage', () => {
  const bytes = new FeatureStream([{ kind: 'gap' }], 1).snapshot();
  const foreign = { code: 'FEATURES_STATE_FOREIGN' };
  assert.throws(() => FeatureStream.restore(bytes, [{ kind: 'rate', field: 0 }], 1), foreign);
  assert.throws(() => FeatureStream.restore(bytes, [{ kind: 'gap' }], 2), foreign);
  assert.throws(() => FeatureStream.restore(bytes.subarray(1), [{ kind: 'gap' }], 1), {
    code: 'FEATURES_STATE_CORRUPT',
  });
});
