import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedRandom } from '#learn/features/index.ts';
import { dealTraits, learnTraits } from './traits.ts';
import type { SeriesColumn } from './series-table.ts';

const labels = (name: string, values: readonly number[]): SeriesColumn => ({
  name,
  labels: ['a', 'b', 'c'],
  whole: true,
  values: Float64Array.from(values),
});
/** Three series of two rows; the first two have the same kind and place. */
const TABLE = {
  rows: 6,
  series: Uint32Array.of(0, 0, 1, 1, 2, 2),
  time: new Float64Array(6),
  columns: [
    labels('kind', [0, 0, 0, NaN, 2, 2]),
    labels('mode', [0, 1, 0, 0, 0, 0]),
    labels('place', [1, 1, 1, 1, 0, 0]),
    { ...labels('level', [1, 2, 3, 4, 5, 6]), labels: null },
  ],
};
const ALL = Uint32Array.from({ length: 6 }, (_, row) => row);

test('learnTraits() finds labels that no series changes, and what is shared of them together', () => {
  const { columns, shared, series, each } = learnTraits(TABLE, ALL);
  assert.deepEqual([columns, shared.map((one) => [...one]), series], [[0, 2], [[0, 1], [0, 1]], 3]); // prettier-ignore
  assert.deepEqual(each.map((values) => [...values]), [[0, 0, 2], [1, 1, 0]]); // prettier-ignore
  assert.deepEqual(learnTraits(TABLE, ALL.subarray(0, 2)).columns, [], 'of one series all labels would be traits');
});

test('dealTraits() deals what is shared together, and what one alone has only one by one', () => {
  const next = dealTraits(learnTraits(TABLE, ALL), seedRandom(3));
  const dealt = Array.from({ length: 300 }, () => [...next()].join());
  const counts = Map.groupBy(dealt, (one) => one);
  assert.ok((counts.get('0,1')?.length ?? 0) >= 200, 'two of three have that together');
  assert.ok((counts.get('2,0')?.length ?? 0) < 50, 'what one has together comes by chance alone');
  assert.ok(counts.has('2,1') && counts.has('0,0'));
});
