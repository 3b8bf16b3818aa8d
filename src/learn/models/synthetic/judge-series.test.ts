import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { judgeSeries, scoreRows } from './judge-series.ts';
import { findRareRows } from './rare-rows.ts';
import { learnSeries } from './series-model.ts';
import type { SeriesTable } from './series-table.ts';

function table(rows: number, seed: number): SeriesTable {
  const random = seedRandom(seed);
  const column = (name: string) => ({
    name,
    labels: null,
    whole: false,
    values: Float64Array.from({ length: rows }, () => nextNormal(random)),
  });
  return {
    rows,
    series: new Uint32Array(rows),
    time: Float64Array.from({ length: rows }, (_, i) => i * 60_000_000),
    columns: [column('x'), column('y'), column('z')],
  };
}

test('judgeSeries() sees copies, by distance, membership and rare rows', () => {
  const real = table(1_200, 1);
  const [learnt, held] = [0, 1].map((side) => Uint32Array.from({ length: 600 }, (_, i) => 2 * i + side)) as [
    Uint32Array,
    Uint32Array,
  ];
  const random = seedRandom(2);
  const model = learnSeries(real, learnt, [], random);
  const rare = findRareRows(scoreRows(model, real, learnt));
  const copied: SeriesTable = {
    ...real,
    rows: learnt.length,
    columns: real.columns.map((column) => ({
      ...column,
      values: Float64Array.from(learnt, (row) => column.values[row]!),
    })),
  };
  const copies = judgeSeries(model, real, { learnt, held }, copied, rare, random).leakage;
  assert.ok(copies.nearerToLearnt > 0.95 && copies.membership > 0.95 && copies.nearRare > 0, JSON.stringify(copies));
  const fresh = judgeSeries(model, real, { learnt, held }, table(600, 9), rare, random).leakage;
  assert.ok(
    Math.abs(fresh.nearerToLearnt - 0.5) < 0.1 && Math.abs(fresh.membership - 0.5) < 0.08,
    JSON.stringify(fresh),
  );
});
