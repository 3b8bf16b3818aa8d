import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeatureStream } from '../feature-stream.ts';

const HOUR = 3_600e6;

/** A category at so many hours of each day, then once at another hour. */
function lastOf(days: number, hours: readonly number[], odd: number, each = 1): number {
  const stream = new FeatureStream(
    [{ kind: 'timing', field: 0, seconds: 86_400, slots: 24, symbols: 4, memory: 30 }],
    1,
  );
  const times = Array.from({ length: days }, (_, day) =>
    hours.flatMap((hour) => Array.from({ length: each }, (_, i) => (24 * day + hour) * HOUR + i * 1e6)),
  ).flat();
  times.push((24 * days + odd) * HOUR);
  return stream.push(Float64Array.from(times), new Float64Array(times.length).fill(1)).at(-1)!;
}

test('timing tells a time at which a category hardly ever comes, and nothing of one at which it does', () => {
  assert.ok(lastOf(14, [8, 9, 10, 15], 3) > 4);
  assert.equal(lastOf(14, [8, 9, 10, 15], 9), 0);
  // A slot beside one counts for half as much.
  assert.equal(lastOf(14, [8, 9, 10, 15], 11), 0);
});

test('timing judges what comes every second as what comes once an hour', () => {
  assert.equal(lastOf(14, [8, 9, 10, 15], 3, 1), lastOf(14, [8, 9, 10, 15], 3, 500));
});

test('timing says nothing before some periods began', () => {
  assert.equal(lastOf(2, [8, 9], 3), 0);
});
