import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { beginCalibration, learnScore, learnScores, raritiesOf, rarityOf, scoreAt } from './field-calibration.ts';
import type { CalibrationState } from './field-calibration.ts';

const random = seedRandom(5);
const normal = (): number => Math.abs(nextNormal(random));
const EXCESS = 0.6;

/** How rare a score is before it is learnt. */
function take(state: CalibrationState, field: number, score: number): number {
  const rarity = rarityOf(state, field, score, EXCESS);
  learnScore(state, field, score, { most: Infinity, rare: true, excess: EXCESS });
  return rarity;
}

test('rarityOf() puts fields of other scales and tails on one scale', () => {
  const state = beginCalibration(3);
  const fields = [
    normal,
    () => 40 * normal(),
    () => normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3),
  ];
  const rare = [0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    for (const [field, draw] of fields.entries()) {
      const rarity = take(state, field, draw());
      // What one in a thousand is as rare as.
      if (i >= 10_000 && rarity > Math.log(1_000)) rare[field] = rare[field]! + 1;
    }
  }
  for (const count of rare) assert.ok(count >= 2 && count <= 30, rare.join(' '));
  const [own, scaled, heavy] = [0, 1, 2].map((field) => scoreAt(state, field, 12, EXCESS)) as [number, number, number];
  assert.ok(scaled / own > 25 && scaled / own < 60 && heavy > 1.5 * own, `${own}, ${scaled}, ${heavy}`);
});

test('rarityOf() says nothing of the first scores, and scoreAt() is the way back from it', () => {
  const state = beginCalibration(1);
  for (let i = 0; i < 24; i++) assert.equal(take(state, 0, 1e9), 0);
  for (let i = 0; i < 2_000; i++) take(state, 0, normal());
  for (const score of [0.5, 2.5, 6, 40]) {
    const rarity = rarityOf(state, 0, score, EXCESS);
    assert.ok(Math.abs(scoreAt(state, 0, rarity, EXCESS) / score - 1) < 1e-3, String(score));
  }
  assert.equal(scoreAt(state, 0, Infinity, EXCESS), Infinity);
});

test('learnScore() learns nothing of what is beyond the limit before that is known, and not its height after', () => {
  const taught = beginCalibration(1);
  for (let i = 0; i < 5_000; i++) take(taught, 0, normal());
  const after = (known: boolean, wild: number): number => {
    const state = taught.slice();
    for (let i = 0; i < 10; i++)
      learnScore(state, 0, wild, { most: scoreAt(state, 0, 16, EXCESS), rare: known, excess: EXCESS });
    learnScore(state, 0, 0, { most: Infinity, rare: true, excess: EXCESS });
    return scoreAt(state, 0, 16, EXCESS);
  };
  const before = scoreAt(taught, 0, 16, EXCESS);
  assert.ok(after(false, 1e9) < 1.2 * before && after(true, 1e9) > 1.01 * after(false, 1e9));
  assert.equal(after(true, 1e9), after(true, 1e20));
});

test('raritiesOf() and learnScores() do for a row what is done for each of its fields', () => {
  const [rows, fields] = [beginCalibration(3), beginCalibration(3)];
  const rarities = new Float64Array(3);
  for (let row = 0; row < 3_000; row++) {
    // One is missing now and then, one is often nothing, and one is wild at times; limits come and go.
    const scores = Float64Array.of(row % 7 === 0 ? NaN : normal(), row % 3 === 0 ? 0 : normal(), normal() ** 4);
    const [limit, known] = [row < 500 ? Infinity : 6 - (row % 3), row % 5 === 0];
    const greatest = raritiesOf(rows, scores, 0, EXCESS, rarities);
    let most = -1;
    for (const [field, score] of scores.entries()) {
      if (Number.isNaN(score)) continue;
      const rarity = rarityOf(fields, field, score, EXCESS);
      assert.equal(rarities[field], rarity, `row ${row}`);
      most = Math.max(most, rarity);
      const over = rarity > limit;
      const capped = over ? scoreAt(fields, field, limit, EXCESS) : limit === Infinity ? Infinity : score;
      learnScore(fields, field, score, { most: capped, rare: known || !over, excess: EXCESS });
    }
    assert.equal(greatest, most);
    learnScores(rows, scores, 0, rarities, { limit, known, excess: EXCESS });
    assert.deepEqual(rows, fields, `row ${row}`);
  }
});

test('learnScore() takes a stretch of high scores for one peak, though its level follows them', () => {
  const state = beginCalibration(1);
  // Mostly low, and every 800 scores a climb to a height between 5 and 15 that lasts: a signal in steps makes such.
  let greatest = 0;
  for (let i = 0; i < 40_000; i++) {
    const [stretch, row] = [Math.floor(i / 800), i % 800];
    const height = 5 + ((stretch * 7) % 11);
    const score = row < 600 ? normal() : Math.min(height, 0.4 * (row - 600)) + 0.05 * normal();
    const rarity = take(state, 0, score);
    if (i >= 20_000) greatest = Math.max(greatest, rarity);
  }
  // 25 stretches are no rarer than one in the 20,000 scores that they are of.
  assert.ok(greatest < 10, String(greatest));
});
