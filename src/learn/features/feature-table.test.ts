import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureTable } from './feature-table.ts';
import { planFeatures } from './plan-features.ts';

const field = (name: string, type: 'number' | 'text') => ({ name, type, unit: null, class: 'operational' }) as const;
const PLAN = planFeatures({ fields: [field('x', 'number'), field('word', 'text')] });
const COLUMNS = PLAN.features.flatMap(({ columns }) => columns);

async function linesOf(rows: readonly Record<string, unknown>[]) {
  const lines = await Array.fromAsync(featureTable(rows, PLAN, { series: 'device', time: 'time' }));
  return lines.map(({ series, time, values }) => ({
    series,
    time,
    of: (name: string) => values[COLUMNS.indexOf(name)]!,
  }));
}

test('featureTable() computes each device by itself, and numbers that are written as texts', async () => {
  const at = (second: number): string => new Date(second * 1_000).toISOString();
  const lines = await linesOf([
    { device: 'a', time: at(0), x: 1, word: 'on' },
    { device: 'a', time: at(2), x: '5', word: 'off' },
    { device: 'b', time: at(1), x: null, word: 'on' },
    { device: 'b', time: at(4), x: 7, word: null },
  ]);
  assert.deepEqual(
    lines.map(({ series, of }) => [series, of('x.rate'), of('_gap')]),
    [
      ['a', NaN, NaN],
      ['a', 2, 2],
      ['b', NaN, NaN],
      ['b', NaN, 3],
    ],
  );
  assert.ok(Number.isNaN(lines[3]!.of('word.order')) && lines[0]!.of('word.order') > 2);
});

test('featureTable() takes rows of one time to be a microsecond apart, and leaves late ones without features', async () => {
  const lines = await linesOf([5, 5, 4, 6].map((second) => ({ device: 'a', time: second * 1e6, x: second })));
  assert.deepEqual(
    lines.map(({ of }) => of('_gap')),
    [NaN, 1e-6, NaN, 0.999_999],
  );
});

test('featureTable() refuses rows that do not tell whose they are or when', async () => {
  for (const row of [
    { time: 1, x: 1 },
    { device: 'a', x: 1 },
    { device: 'a', time: 'noon' },
  ]) {
    await assert.rejects(linesOf([row]), { code: 'FEATURES_ROWS_UNFIT' });
  }
});
