import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState, nextNormal, seedRandom } from '#learn/features/index.ts';
import { DearerTiers, STANDARD_TIERS, WINDOW_ROWS } from './dearer-tiers.ts';
import type { TierVerdict } from './dearer-tiers.ts';

const RATE = 1 / 86_400;
const random = seedRandom(11);

/** Rows of two fields that go together, but for the last where it is told otherwise. */
function windowOf(last?: readonly [number, number]): Float64Array {
  const window = new Float64Array(2 * WINDOW_ROWS);
  for (let row = 0; row < WINDOW_ROWS; row++) {
    window[2 * row] = nextNormal(random);
    window[2 * row + 1] = window[2 * row]! + 0.1 * nextNormal(random);
  }
  if (last !== undefined) window.set(last, 2 * WINDOW_ROWS - 2);
  return window;
}

function taught(windows: number): DearerTiers {
  let now = 0;
  const tiers = new DearerTiers(2, RATE, STANDARD_TIERS, () => now++);
  for (let i = 0; i < windows; i++) tiers.judge(windowOf(), 1, false, true);
  return tiers;
}

test('DearerTiers learn from the sample, and find what the cheap tier has no eye for', () => {
  const tiers = taught(800);
  const verdict: TierVerdict | null = tiers.judge(windowOf([2, -2]), 1, true, false);
  assert.equal(verdict?.model.name, 'principal-components');
  assert.equal(tiers.judge(windowOf(), 1, true, false), null);
});

test('DearerTiers count windows and time of each tier, and the dearest sees fewer', () => {
  const tiers = taught(800);
  for (let i = 0; i < 200; i++) tiers.judge(windowOf(), 1, true, false);
  const { figures } = tiers;
  const [first, second] = figures.map(({ judged }) => judged);
  assert.equal(first, 1_000);
  assert.ok(second !== undefined && second >= 800 && second < 900);
  assert.ok(tiers.busyMs === figures.reduce((sum, { busyMs }) => sum + busyMs, 0) && tiers.busyMs >= 1_000);
});

test('DearerTiers count odd windows of the sample that the cheap tier did not suspect', () => {
  const tiers = taught(800);
  const before = tiers.recall;
  for (let i = 0; i < 20; i++) tiers.judge(windowOf([3, -3]), 1, i % 2 === 0, true);
  const { sampled, odd, missed } = tiers.recall;
  assert.deepEqual(
    [sampled - before.sampled, odd - before.odd >= 15, missed - before.missed >= 5, odd - missed >= 5],
    [20, true, true, true],
  );
});

test('DearerTiers count what the budget holds back, and what they have no time for', () => {
  const tiers = taught(0);
  assert.equal(tiers.admits(true), true);
  assert.equal(tiers.admits(false), false);
  tiers.open = false;
  assert.equal(tiers.admits(true), false);
  assert.deepEqual(tiers.turnedAway, { heldBack: 1, shed: 1 });
});

test('DearerTiers sample more while they know little', () => {
  const draws = Array.from({ length: 1_000 }, (_, i) => i / 1_000);
  const share = (tiers: DearerTiers): number => draws.filter((draw) => tiers.samples(draw)).length;
  assert.deepEqual([share(taught(0)), share(taught(600))], [250, 5]);
});

test('DearerTiers go on from a snapshot', () => {
  const tiers = taught(700);
  const restored = new DearerTiers(2, RATE, STANDARD_TIERS, () => 0);
  restored.restore(tiers.snapshot());
  const odd = windowOf([2, -2]);
  assert.equal(restored.judge(odd, 1, true, false)?.score, tiers.judge(odd, 1, true, false)?.score);
});

test('DearerTiers begin a model of another version anew, and the later ones go on', () => {
  const tiers = taught(700);
  const saved = Object.fromEntries(decodeState(tiers.snapshot(), 'dearer-tiers', 1));
  const [first] = Object.keys(saved);
  const model = decodeState(saved[first!] as Uint8Array, 'tier-model', 1);
  const ofLater = [
    encodeState('tier-model', 2, Object.fromEntries(model)),
    encodeState('tier-model', 1, {
      ...Object.fromEntries(model),
      detector: encodeState('principal-components', 99, {}),
    }),
  ];
  for (const other of ofLater) {
    const restored = new DearerTiers(2, RATE, STANDARD_TIERS, () => 0);
    restored.restore(encodeState('dearer-tiers', 1, { ...saved, [first!]: other }));
    const again = decodeState(restored.snapshot(), 'dearer-tiers', 1);
    const taken = Object.values(Object.fromEntries(again)).map((one) =>
      decodeState(one as Uint8Array, 'tier-model', 1).get('taken'),
    );
    assert.deepEqual(taken, [0, 700]);
  }
});
