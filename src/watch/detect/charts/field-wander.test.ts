import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginWander, inWander, learnWander } from './field-wander.ts';

test('inWander() leaves a field that goes as far as normal ones alone, and holds one that wanders against itself', () => {
  const wander = beginWander(2);
  for (let seen = 1; seen <= 2_000; seen++) {
    learnWander(wander, 0, seen % 2, seen, 3_600);
    learnWander(wander, 1, 8 + 4 * (seen % 2), seen, 3_600);
  }
  assert.equal(inWander(wander, 0, 3), 3);
  assert.ok(Math.abs(inWander(wander, 1, 10) - 1.6) < 0.05, String(inWander(wander, 1, 10)));
});
