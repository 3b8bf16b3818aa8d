import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { computeFeatures } from './compute-features.ts';
import type { Feature } from './feature.ts';
import { FeatureStream } from './feature-stream.ts';

const WIDTH = 3;
const FEATURES: readonly Feature[] = [
  { kind: 'value', field: 1 },
  { kind: 'rate', field: 0 },
  { kind: 'gap' },
  { kind: 'arrivals', seconds: 5, most: 4 },
  { kind: 'phase', seconds: 86_400 },
  { kind: 'median', field: 2, rows: 3 },
  { kind: 'spread', field: 2, rows: 4 },
  { kind: 'residual', field: 0, from: [1, 2], memory: 20 },
  { kind: 'slot', seconds: 60, slots: 12, offset: -7 },
  { kind: 'level', field: 1, memory: 16 },
  { kind: 'noise', field: 1, memory: 16 },
  { kind: 'quantile', field: 1, q: 0.9, memory: 16 },
  { kind: 'order', field: 2, after: 2, symbols: 5, memory: 16 },
  { kind: 'order', field: 1, after: 1, symbols: 3, memory: 1e6 },
  { kind: 'timing', field: 2, seconds: 9, slots: 3, symbols: 4, memory: 2 },
  { kind: 'timing', field: 2, seconds: 9, slots: 2, symbols: 4, memory: 2, at: 0 },
  { kind: 'periodicity', events: 32 },
  { kind: 'periodicity', events: 32, at: 1 },
];

const readings = fc.array(
  fc.record({
    // Late and doubled ones too.
    step: fc.integer({ min: -2, max: 6 }),
    values: fc.tuple(
      ...Array.from({ length: WIDTH }, () => fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(NaN))),
    ),
  }),
  { maxLength: 70 },
);

test('computeFeatures() and FeatureStream give the same, however the stream is cut, snapshotted and restored', () => {
  fc.assert(
    fc.property(readings, fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 }), (list, cuts) => {
      let now = 1_700_000_000e6;
      const times = Float64Array.from(list, ({ step }) => (now += step * 1e6));
      const values = Float64Array.from(list.flatMap((reading) => reading.values));
      const expected = computeFeatures(FEATURES, times, values, WIDTH);
      let stream = new FeatureStream(FEATURES, WIDTH);
      const found: number[] = [];
      let from = 0;
      for (const length of [...cuts, times.length]) {
        const to = Math.min(times.length, from + length);
        found.push(...stream.push(times.subarray(from, to), values.subarray(from * WIDTH, to * WIDTH)));
        stream = FeatureStream.restore(stream.snapshot(), FEATURES, WIDTH);
        from = to;
      }
      assert.equal(found.length, expected.length);
      for (const [i, feature] of found.entries()) {
        const other = expected[i]!;
        const same = Number.isNaN(other)
          ? Number.isNaN(feature)
          : Math.abs(feature - other) <= 1e-4 * (1 + Math.abs(other));
        assert.ok(same, `feature ${i} is ${feature} in the stream and ${other} at once`);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});
