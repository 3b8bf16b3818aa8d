import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeatureStream } from '../feature-stream.ts';
import { MAD_TO_SIGMA } from '../order-statistics.ts';

test('median and spread are those of the last rows that had a value', () => {
  const stream = new FeatureStream(
    [
      { kind: 'median', field: 0, rows: 3 },
      { kind: 'spread', field: 0, rows: 3 },
    ],
    1,
  );
  const out = stream.push(Float64Array.of(1, 2, 3, 4, 5), Float64Array.of(1, 2, NaN, 4, 9));
  assert.deepEqual([out[6], out[8]], [2, 4]);
  assert.ok(Math.abs(out[9]! - 2 * MAD_TO_SIGMA) < 1e-12);
});
