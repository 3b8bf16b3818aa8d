import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { learnSeries, LAGS } from './series-model.ts';

test('learnSeries() learns how readings follow on each other, and what comes before what', () => {
  const random = seedRandom(3);
  const rows = 4_000;
  const x = new Float64Array(rows);
  for (let i = 1; i < rows; i += 1) x[i] = 0.8 * x[i - 1]! + nextNormal(random);
  const flags = (at: (i: number) => boolean) => Float64Array.from({ length: rows }, (_, i) => (at(i) ? 1 : 0));
  const labels = ['false', 'true'];
  const table = {
    rows,
    series: new Uint32Array(rows),
    time: Float64Array.from({ length: rows }, (_, i) => i * 60_000_000),
    columns: [
      { name: 'x', labels: null, whole: false, values: x },
      { name: 'a', labels, whole: true, values: flags((i) => i % 10 === 0) },
      { name: 'b', labels, whole: true, values: flags((i) => i % 10 === 2) },
    ],
  };
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const model = learnSeries(table, all, [['a', 'b']], random);
  assert.ok(Math.abs(model.step[0]! - 0.8) < 0.1, `${model.step[0]}`);
  const [cause] = model.causes;
  assert.deepEqual([cause?.cause, cause?.effect, cause?.chance.length], [1, 2, LAGS]);
  assert.deepEqual([...cause!.chance.subarray(0, 4)], [0, 0, 1, 0]);
});
