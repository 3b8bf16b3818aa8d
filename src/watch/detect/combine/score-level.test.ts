import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { beginScoreLevel, followScoreLevel, heldToLevel, settleScoreLevel } from './score-level.ts';

const random = seedRandom(2);
const usual = (): number => Math.exp(0.3 * nextNormal(random));

function settled(): ReturnType<typeof beginScoreLevel> {
  const level = beginScoreLevel();
  settleScoreLevel(level, Float64Array.from({ length: 200 }, usual));
  return level;
}

test('heldToLevel() leaves scores as they are while they are what they were, or lower', () => {
  const level = settled();
  for (let i = 0; i < 2_000; i++) followScoreLevel(level, usual(), 200);
  assert.ok(Math.abs(heldToLevel(level, 10) / 10 - 1) < 0.2);
  for (let i = 0; i < 2_000; i++) followScoreLevel(level, 0.5 * usual(), 200);
  assert.equal(heldToLevel(level, 10), 10);
});

test('followScoreLevel() takes in that all scores are higher of late, slowly', () => {
  const level = settled();
  for (let i = 0; i < 100; i++) followScoreLevel(level, 1.6 * usual(), 200);
  assert.ok(heldToLevel(level, 16) > 14);
  for (let i = 0; i < 8_000; i++) followScoreLevel(level, 1.6 * usual(), 200);
  assert.ok(Math.abs(heldToLevel(level, 16) / 10 - 1) < 0.25);
});

test('followScoreLevel() is moved by how long a fault lasts, and not by how grave it is', () => {
  const [mild, grave] = [settled(), settled()];
  grave.numbers.set(mild.numbers);
  for (let i = 0; i < 40; i++) {
    followScoreLevel(mild, 20, 200);
    followScoreLevel(grave, 1e9, 200);
    followScoreLevel(grave, NaN, 200);
  }
  assert.equal(heldToLevel(grave, 20), heldToLevel(mild, 20));
  assert.ok(heldToLevel(mild, 20) > 17);
});

test('settleScoreLevel() stands scores that are all equal, 0, or missing', () => {
  for (const same of [0, 3, NaN]) {
    const level = beginScoreLevel();
    settleScoreLevel(level, new Float64Array(20).fill(same));
    assert.ok(Number.isFinite(heldToLevel(level, 5)) && level.numbers[1]! > 0);
  }
});
