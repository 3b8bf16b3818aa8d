import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asNormal, fromNormal } from './predictive.ts';

test('asNormal() is as rare among normal values as its argument is under Student’s distribution', () => {
  // Quantiles of tables: the chance, degrees of freedom, Student's and the normal one.
  for (const [freedom, student, normal] of [
    [10, 3.169, 2.576],
    [10, 4.587, 3.291],
    [30, 2.75, 2.576],
    [60, 2.66, 2.576],
    [60, 3.46, 3.291],
    [120, 1.98, 1.96],
  ] as const) {
    const readings = freedom + 1;
    const deviations = asNormal(student * Math.sqrt(1 + 1 / readings), readings);
    assert.ok(Math.abs(deviations - normal) < 0.006 * normal, `${freedom}: ${deviations}`);
  }
});

test('asNormal() leaves what is known as it is, keeps order and sign, and can be turned back', () => {
  assert.ok(Math.abs(asNormal(8, 1e6) - 8) < 1e-3);
  const values = [-1e6, -20, -3, -0.5, 0, 0.5, 3, 20, 1e6];
  for (const readings of [64, 500, 3_600]) {
    const seen = values.map((value) => asNormal(value, readings));
    assert.ok(seen.every((value, i) => i === 0 || value > seen[i - 1]!));
    for (const [i, value] of values.entries()) {
      assert.ok(Math.abs(fromNormal(seen[i]!, readings) - value) <= 1e-9 * Math.abs(value));
    }
  }
  // What never moved before is no millionth of a chance after a minute.
  assert.ok(asNormal(1e6, 64) < 40);
});
