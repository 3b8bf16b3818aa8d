import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phaseOf, slotOf } from './clock.ts';

const S = 1e6;

test('phaseOf() is the angle within the period, before the epoch too', () => {
  assert.equal(phaseOf(86_400 * S * 3, 86_400), 0);
  assert.ok(Math.abs(phaseOf(86_400 * S * 1.25, 86_400) - Math.PI / 2) < 1e-9);
  assert.ok(Math.abs(phaseOf(-21_600 * S, 86_400) - 1.5 * Math.PI) < 1e-9);
});

test('slotOf() is the hour of the day, and the day of the week with Monday first', () => {
  const time = Date.parse('2026-03-04T23:59:59Z') * 1_000;
  assert.equal(slotOf(time, 86_400, 24, 0), 23);
  // The epoch was a Thursday: Monday came four days later.
  assert.equal(slotOf(time, 604_800, 7, 4 * 86_400), 2);
  assert.equal(slotOf(-1, 86_400, 24, 0), 23);
});
