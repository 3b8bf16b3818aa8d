import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { ARMED_AFTER, beginThreshold, chargeAlarm, limitOf, takeScore, thresholdFacts } from './budget-threshold.ts';
import type { ThresholdState } from './budget-threshold.ts';

const HOURLY = { rate: 1 / 3600, floor: 3, armedAfter: ARMED_AFTER };
const WEEKLY = { rate: 1 / 604_800, floor: 3, armedAfter: ARMED_AFTER };

/** Alarms of so many scores at one a second, each charged. */
function alarms(
  state: ThresholdState,
  rule: typeof HOURLY,
  score: (i: number) => number,
  from: number,
  to: number,
): number {
  let count = 0;
  let quietUntil = -1;
  for (let i = from; i < to; i++) {
    if (!takeScore(state, rule, i, score(i))) continue;
    if (i > quietUntil) {
      count += 1;
      chargeAlarm(state, rule);
    }
    quietUntil = i + 60;
  }
  return count;
}

test('takeScore() alarms nothing before it is armed, and keeps its budget on tails light and heavy', () => {
  const day = 86_400;
  for (const heavy of [false, true]) {
    const random = seedRandom(3);
    // Student's t with three degrees of freedom has a shape of a third.
    const score = (): number => {
      const z = Math.abs(nextNormal(random));
      if (!heavy) return z;
      const squares = nextNormal(random) ** 2 + nextNormal(random) ** 2 + nextNormal(random) ** 2;
      return z / Math.sqrt(squares / 3);
    };
    const state = beginThreshold();
    assert.equal(
      alarms(state, HOURLY, () => score() * 1e6, 0, ARMED_AFTER),
      0,
    );
    const fresh = beginThreshold();
    assert.ok(alarms(fresh, HOURLY, score, 0, day) <= 24, heavy ? 'heavy' : 'light');
  }
});

test('takeScore() learns the first scores where they settle at once, however high they are', () => {
  const rule = { rate: 1 / 604_800, floor: 12, armedAfter: 8, settling: 0 };
  const after = (usual: number): boolean => {
    const state = beginThreshold();
    for (let i = 0; i < 12; i++) assert.equal(takeScore(state, rule, 7_680 * i, usual), false);
    return takeScore(state, rule, 7_680 * 12, 60);
  };
  assert.deepEqual([after(1), after(58)], [true, false]);
});

test('takeScore() knows the tail of chances before it was seen, and no more once it has alarmed', () => {
  const rule = { rate: 1 / 604_800 / 3, floor: 5, armedAfter: 24, settling: 0 };
  const limitAfter = (rows: number, chances: boolean, alarms = 0): number => {
    const state = beginThreshold();
    const own = chances ? { ...rule, chances: true as const } : rule;
    for (let i = 0; i < rows; i++) takeScore(state, own, 300 * i, 1 / (i + 1));
    for (let i = 0; i < alarms; i++) chargeAlarm(state, own);
    return limitOf(state, own);
  };
  assert.equal(limitAfter(16, true), Infinity);
  // What never was is a chance of 1 in 8 (n + 1).
  assert.ok(limitAfter(40, true) < Math.log(8 * 41));
  assert.ok(limitAfter(40, false) > Math.log(8 * 41));
  assert.ok(limitAfter(40, true, 1) > Math.log(8 * 41));
  assert.ok(limitAfter(120, true) < limitAfter(40, true));
});

test('takeScore() sees a score far beyond what was learnt in an hour, for a budget of one a week', () => {
  const random = seedRandom(4);
  const state = beginThreshold();
  assert.equal(
    alarms(state, WEEKLY, () => Math.abs(nextNormal(random)), 0, 3600),
    0,
  );
  assert.ok(takeScore(state, WEEKLY, 3600, 20));
  // One wild score, however wild, leaves the limit about where it was.
  const before = limitOf(state, WEEKLY);
  takeScore(state, WEEKLY, 3601, 1e30);
  chargeAlarm(state, WEEKLY);
  for (let i = 3602; i < 3700; i++) takeScore(state, WEEKLY, i, Math.abs(nextNormal(random)));
  assert.ok(limitOf(state, WEEKLY) < 1.5 * before, `${before} to ${limitOf(state, WEEKLY)}`);
});

test('takeScore() follows scores that grow slowly, and alarms where they double at once', () => {
  const random = seedRandom(5);
  const state = beginThreshold();
  const rising = (i: number): number => Math.abs(nextNormal(random)) * (1 + i / 40_000);
  assert.ok(alarms(state, WEEKLY, rising, 0, 80_000) <= 1);
  assert.ok(alarms(state, WEEKLY, (i) => 8 * rising(i), 80_000, 80_200) >= 1);
});

test('chargeAlarm() makes the limit stricter until the budget has paid', () => {
  const random = seedRandom(6);
  const state = beginThreshold();
  const score = (): number => Math.abs(nextNormal(random));
  alarms(state, HOURLY, score, 0, 3600);
  const before = limitOf(state, WEEKLY);
  chargeAlarm(state, HOURLY);
  const charged = limitOf(state, WEEKLY);
  assert.ok(charged > before);
  alarms(state, HOURLY, score, 3600, 4 * 3600);
  // What was charged is paid for: a further charge comes to no more than it did.
  chargeAlarm(state, HOURLY);
  assert.ok(limitOf(state, WEEKLY) < 1.2 * charged);
});

test('thresholdFacts() says how little is known while little was seen', () => {
  const random = seedRandom(7);
  const state = beginThreshold();
  alarms(state, HOURLY, () => Math.abs(nextNormal(random)), 0, 100);
  assert.deepEqual([thresholdFacts(state, HOURLY).armed, thresholdFacts(state, HOURLY).limit], [false, Infinity]);
  alarms(state, HOURLY, () => Math.abs(nextNormal(random)), 100, 400);
  const early = thresholdFacts(state, HOURLY);
  alarms(state, HOURLY, () => Math.abs(nextNormal(random)), 400, 20_000);
  const late = thresholdFacts(state, HOURLY);
  assert.ok(early.armed && early.peaks < late.peaks && late.seen === 20_000 && late.watchedSeconds === 19_999);
  assert.ok(early.likelyRate / early.expectedRate > late.likelyRate / late.expectedRate);
  assert.ok(late.expectedRate <= HOURLY.rate && early.likelyRate <= 1.0001 * HOURLY.rate);
});
