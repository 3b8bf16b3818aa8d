import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedRandom } from '#learn/features/index.ts';
import { drawRows } from './draw-rows.ts';

test('drawRows() draws as often as was counted, and never what noise made less than nothing', () => {
  const cell = { value: null, from: 0, to: 0, count: 0 };
  const columns = [
    {
      name: 'ok',
      whole: false,
      cells: [
        { ...cell, value: true, count: 75 },
        { ...cell, value: false, count: 25 },
        { ...cell, value: 'never', count: -9 },
      ],
    },
    {
      name: 'x',
      whole: true,
      cells: [
        { ...cell, from: 0, to: 10, count: 10 },
        { ...cell, from: 10, to: 20, count: 0 },
      ],
    },
    { name: 'none', whole: false, cells: [] },
  ];
  const rows = [...drawRows(columns, 2_000, seedRandom(1))];
  const share = rows.filter(({ ok }) => ok === true).length / rows.length;
  assert.ok(Math.abs(share - 0.75) < 0.04, `${share}`);
  assert.ok(rows.every(({ ok, x, none }) => ok !== 'never' && Number.isInteger(x) && Number(x) <= 10 && none === null));
});
