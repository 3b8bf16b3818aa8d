import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { seriesTable } from './series-table.ts';
import type { SeriesTable } from './series-table.ts';
import { synthesise } from './synthesise.ts';

/** Readings of pumps: warm by day, pressure follows temperature, an alarm only after the door was open. */
function readings(count: number, pumps = 8): readonly Record<string, unknown>[] {
  const random = seedRandom(5);
  const rows: Record<string, unknown>[] = [];
  for (let pump = 0; pump < pumps; pump += 1) {
    let [drift, since] = [0, Infinity];
    for (let n = 0; n < count / pumps; n += 1) {
      const time = Date.UTC(2026, 0, 1) + n * 600_000;
      drift = 0.9 * drift + nextNormal(random);
      const temperature = 20 + 5 * Math.sin(((time / 3_600_000) % 24) * (Math.PI / 12)) + drift;
      const open = nextUniform(random) < 0.02;
      since = open ? 0 : since + 1;
      rows.push({
        device: `pump-${pump}`,
        time: new Date(time).toISOString(),
        temperature,
        pressure: 2 * temperature + nextNormal(random),
        count: Math.floor(nextUniform(random) * 200),
        light: (open ? 40 : 5) + nextNormal(random),
        site: pump % 2 === 0 ? 'north' : 'south',
        open,
        alarm: since < 4 && nextUniform(random) < 0.5,
        mode: nextUniform(random) < 0.7 ? 'auto' : 'hand',
        serial: `s${pump}-${n}`,
      });
    }
  }
  // One that stands alone.
  rows[17] = { ...rows[17], temperature: 400, pressure: -50 };
  return rows;
}

const valuesOf = (table: SeriesTable, name: string): Float64Array =>
  table.columns.find((one) => one.name === name)!.values;

/** Correlation of what is true or false with a number. */
function pointBiserial(table: SeriesTable, truth: string, number: string): number {
  const [a, b] = [valuesOf(table, truth), valuesOf(table, number)];
  const mean = (of: Float64Array): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [left, right] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number): number => a.reduce((total, _, i) => total + f(i), 0);
  return (
    sum((i) => (a[i]! - left) * (b[i]! - right)) /
    Math.sqrt(sum((i) => (a[i]! - left) ** 2) * sum((i) => (b[i]! - right) ** 2))
  );
}

function sitesOfSeries(table: SeriesTable): readonly ReadonlySet<number>[] {
  const sites = valuesOf(table, 'site');
  return [...Map.groupBy(table.series.keys(), (row) => table.series[row]).values()].map(
    (rows) => new Set(rows.map((row) => sites[row]!)),
  );
}

test('synthesise() keeps what series look like, and copies nothing', () => {
  const { table, left } = seriesTable(readings(8_000), { series: 'device', time: 'time' });
  assert.deepEqual(left, ['serial']);
  const { made, report } = synthesise(table, { rows: 6_000, causes: [['open', 'alarm']], seed: 1 });
  assert.equal(made.rows, 6_000);
  const { utility, leakage } = report;
  for (const [name, distance] of Object.entries(utility.marginals)) assert.ok(distance < 0.12, `${name}: ${distance}`);
  assert.ok(utility.correlations < 0.1, `correlations ${utility.correlations}`);
  assert.ok(utility.steps < 0.15, `steps ${utility.steps}`);
  assert.ok(utility.season < 0.2, `season ${utility.season}`);
  assert.equal(utility.effectsBeforeCause, 0);
  assert.ok((utility.worstPair?.difference ?? 1) < 0.15, JSON.stringify(utility.worstPair));
  assert.ok(
    Math.abs(pointBiserial(made, 'open', 'light') - pointBiserial(table, 'open', 'light')) < 0.1,
    'a rare label and a number go together',
  );
  assert.ok(
    sitesOfSeries(made).every((sites) => sites.size === 1),
    'a series stays where it is',
  );
  assert.equal(new Set(sitesOfSeries(made).flatMap((sites) => [...sites])).size, 2);
  const alarms = made.columns.find(({ name }) => name === 'alarm')?.values.filter((value) => value === 1).length ?? 0;
  assert.ok(alarms > 50, `${alarms} alarms`);
  assert.ok(Math.abs(leakage.nearerToLearnt - 0.5) < 0.08, `nearer ${leakage.nearerToLearnt}`);
  assert.ok(Math.abs(leakage.membership - 0.5) < 0.06, `membership ${leakage.membership}`);
  assert.equal(leakage.nearRare, 0);
  assert.ok(made.columns[0]!.values.every((value) => value < 100));
});

test('synthesise() refuses too few rows and causes that are none', () => {
  const few = seriesTable(readings(100), { series: 'device', time: 'time' }).table;
  assert.throws(() => synthesise(few, { rows: 10, causes: [], seed: 1 }), { code: 'MODELS_ROWS_UNFIT' });
  const enough = seriesTable(readings(800), { series: 'device', time: 'time' }).table;
  assert.throws(() => synthesise(enough, { rows: 10, causes: [['mode', 'alarm']], seed: 1 }), {
    code: 'MODELS_CAUSE_UNFIT',
  });
});
