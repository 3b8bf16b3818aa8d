import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeatureStream } from '../feature-stream.ts';

test('arrivals counts no further than it says, rate skips what is missing, value tells what is there', () => {
  const stream = new FeatureStream(
    [
      { kind: 'arrivals', seconds: 10, most: 2 },
      { kind: 'rate', field: 0 },
      { kind: 'value', field: 0 },
    ],
    1,
  );
  const out = stream.push(Float64Array.of(1e6, 2e6, 4e6), Float64Array.of(1, NaN, 7));
  assert.deepEqual([...out], [1, NaN, 1, 2, NaN, NaN, 2, 2, 7]);
});
