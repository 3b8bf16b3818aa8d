import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { PlannedRelation } from '#flow/query/index.ts';
import { sliceByTime, windowsOf } from './slice-by-time.ts';

const segment = (id: string, minTime: number, maxTime: number, rows: number) => ({
  id,
  rows,
  minTime: micros(minTime),
  maxTime: micros(maxTime),
});
const sealed = (id: string): PlannedRelation['segments'][number] => ({
  id,
  path: `/${id}`,
  aadPrefix: new Uint8Array(),
  columns: ['time'],
  rows: 1,
  keyEpoch: '1',
});

test('windowsOf() hold every time of the segments, one behind the other, with about so many rows each', () => {
  const cases = [
    [segment('a', 0, 999, 1_000)],
    [segment('a', 0, 999, 1_000), segment('b', 500, 1_499, 1_000), segment('c', 5_000, 5_099, 700)],
    [segment('a', 7, 7, 5_000)],
    [segment('a', 0, 9_999, 90), segment('b', 10, 19, 1_000)],
  ];
  for (const segments of cases) {
    const windows = windowsOf(segments, 100);
    assert.equal(windows[0]?.from, Math.min(...segments.map(({ minTime }) => minTime)));
    assert.equal(windows.at(-1)?.to, Math.max(...segments.map(({ maxTime }) => maxTime)) + 1);
    for (const [at, { from, to }] of windows.entries()) {
      assert.ok(to > from);
      if (at > 0) assert.equal(from, windows[at - 1]?.to);
      const held = segments.reduce((sum, { minTime, maxTime, rows }) => {
        const span = Math.max(0, Math.min(to, maxTime + 1) - Math.max(from, minTime));
        return sum + (rows * span) / (maxTime + 1 - minTime);
      }, 0);
      // A microsecond cannot be cut.
      assert.ok(held <= 201 || to - from === 1, `${held} rows from ${from} to ${to}`);
    }
  }
  assert.ok(windowsOf(cases[0]!, 100).length >= 10);
  assert.deepEqual(windowsOf([], 100), []);
});

test('sliceByTime() reads of one relation the segments of a span, and of the others all', () => {
  const segments = [segment('a', 0, 99, 100), segment('b', 100, 199, 100), segment('c', 0, 199, 1)];
  const relations: readonly PlannedRelation[] = [
    { name: 'pump', columns: [], segments: ['a', 'b', 'c'].map(sealed), tail: [] },
    { name: 'sites', columns: [], segments: [sealed('s')], tail: [] },
  ];
  const slices = sliceByTime(relations, 'pump', segments, 101);
  assert.deepEqual(
    slices.map(([pump, sites]) => [
      pump?.window?.from,
      pump?.segments.map(({ id }) => id),
      sites?.window,
      sites?.segments.length,
    ]).slice(0, 2), // prettier-ignore
    [
      [0, ['a', 'c'], undefined, 1],
      [slices[1]?.[0]?.window?.from, ['b', 'c'], undefined, 1],
    ],
  );
});
