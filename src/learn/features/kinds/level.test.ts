import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeatureStream } from '../feature-stream.ts';
import { nextNormal, seedRandom } from '../random-state.ts';

test('level, noise and quantile come to those of the distribution, and wild values do not move them far', () => {
  const random = seedRandom(5);
  const rows = 20_000;
  const values = Float64Array.from({ length: rows }, (_, i) => (i % 100 === 57 ? 1e6 : 10 + 2 * nextNormal(random)));
  const stream = new FeatureStream(
    [
      { kind: 'level', field: 0, memory: 3_600 },
      { kind: 'noise', field: 0, memory: 3_600 },
      { kind: 'quantile', field: 0, q: 0.9, memory: 3_600 },
      { kind: 'quantile', field: 0, q: 0.25, memory: 3_600 },
    ],
    1,
  );
  const out = stream.push(
    Float64Array.from({ length: rows }, (_, i) => i),
    values,
  );
  const last = [...out.subarray(-4)];
  // One part in a hundred is wild: the quantiles are those of all values.
  for (const [i, expected] of [10, 2.1, 12.65, 8.68].entries()) {
    assert.ok(Math.abs(last[i]! - expected) < 0.25, `${i}: ${last[i]} is not ${expected}`);
  }
});
