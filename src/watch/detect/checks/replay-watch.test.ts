import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { ReplayWatch } from './replay-watch.ts';

const random = seedRandom(5);

/** Two signals that wander, with noise. */
function wander(rows: number): Float64Array {
  const values = new Float64Array(2 * rows);
  let [a, b] = [0, 0];
  for (let row = 0; row < rows; row++) {
    a = 0.95 * a + nextNormal(random);
    b = 0.99 * b + nextNormal(random);
    values[2 * row] = 20 + a;
    values[2 * row + 1] = 50 + b + 0.3 * nextNormal(random);
  }
  return values;
}

function lags(values: Float64Array, watch = new ReplayWatch(2)): readonly (readonly [row: number, lag: number])[] {
  const found: (readonly [number, number])[] = [];
  for (let row = 0; row < values.length / 2; row++) {
    const lag = watch.take(values, 2 * row);
    if (lag !== null) found.push([row, lag]);
  }
  return found;
}

/** The rows from 600 on played again from 1,200 on, with noise of so many spreads. */
function played(noise: number): Float64Array {
  const values = wander(1_500);
  for (let i = 0; i < 600; i++) values[2_400 + i] = values[1_200 + i]! + noise * nextNormal(random);
  return values;
}

test('ReplayWatch finds what is played again, exactly or with noise, within three windows', () => {
  for (const noise of [0, 0.2, 0.5]) {
    const found = lags(played(noise));
    assert.ok(found.length > 0 && found[0]![0] <= 1_200 + 3 * 48, `noise ${noise}: ${JSON.stringify(found)}`);
    assert.ok(found.every(([row, lag]) => lag === 600 && row >= 1_200));
  }
});

test('ReplayWatch keeps the past where it does not look, and finds what is played when it looks again', () => {
  const values = played(0);
  const from = (looks: (row: number) => boolean) => {
    const watch = new ReplayWatch(2);
    return Array.from({ length: values.length / 2 }, (_, row) => watch.take(values, 2 * row, looks(row)));
  };
  assert.ok(from(() => false).every((lag) => lag === null));
  // Not for most of the time, nor between two windows of what is played.
  const found = from((row) => row < 600 || (row > 1_200 && Math.floor(row / 48) % 2 === 0));
  assert.ok(found.includes(600));
});

test('ReplayWatch finds nothing in noise, in what wanders, nor in what is the same all day', () => {
  assert.deepEqual(lags(wander(8_000)), []);
  const cycle = new Float64Array(12_000);
  for (let i = 0; i < 6_000; i++) {
    cycle[2 * i] = 10 * Math.sin(i / 20) + 0.2 * nextNormal(random);
    cycle[2 * i + 1] = (i % 60 < 30 ? 5 : 0) + 0.2 * nextNormal(random);
  }
  assert.deepEqual(lags(cycle), []);
  assert.deepEqual(lags(new Float64Array(2_000).fill(4)), []);
});

/** So many signals that wander, the first of them still, of which what was 500 rows ago is played again from 1,000 on. */
function playedOf(width: number, still: number, noise: number): Float64Array {
  const values = new Float64Array(width * 1_300);
  const levels = new Float64Array(width);
  for (let row = 0; row < 1_300; row++) {
    for (let i = 0; i < width; i++) {
      levels[i] = 0.95 * levels[i]! + nextNormal(random);
      const before = values[(row - 500) * width + i]!;
      values[row * width + i] = i < still ? 5 : row < 1_000 ? levels[i]! : before + noise * nextNormal(random);
    }
  }
  return values;
}

test('ReplayWatch finds what is played again among many fields, also where most of them stand still', () => {
  for (const [width, still, noise] of [
    [10, 0, 0],
    [10, 0, 0.5],
    [6, 4, 0],
    [10, 6, 0.5],
    [30, 18, 0.5],
  ] as const) {
    const values = playedOf(width, still, noise);
    const watch = new ReplayWatch(width);
    const found = Array.from({ length: 1_300 }, (_, row) => watch.take(values, row * width));
    assert.ok(found.includes(500), `${width} fields, ${still} still, noise ${noise}`);
    assert.ok(found.every((lag) => lag === null || lag === 500));
  }
});

test('ReplayWatch keeps no more than it says: the more fields, the less of the past', () => {
  const rows = [1, 2, 4, 6, 8, 10, 50].map((width) => {
    const watch = new ReplayWatch(width);
    const values = new Float64Array(width);
    for (let row = 0; row < 3_000; row++) watch.take(values, 0);
    assert.ok(watch.history.length + (4 * width + 4) * 8 <= watch.byteLength);
    return watch.history.length / Math.ceil(Math.min(width, 6) / 2);
  });
  assert.deepEqual(rows, [2_048, 2_048, 2_000, 1_333, 1_016, 700, 700]);
});

test('ReplayWatch.beginAnew() has it learn how values change without what came so far', () => {
  const values = played(0);
  values.fill(1e100, 2 * 3, 2 * 4);
  assert.deepEqual(lags(values), []);
  const watch = new ReplayWatch(2);
  for (let row = 0; row < 8; row++) watch.take(values, 2 * row);
  watch.beginAnew();
  const found = lags(values.subarray(2 * 8), watch);
  assert.ok(found.length > 0 && found.every(([row, lag]) => lag === 600 && row >= 1_200 - 8));
});
