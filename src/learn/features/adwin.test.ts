import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adwinMean, adwinWidth, beginAdwin, STANDARD_ADWIN, takeAdwin } from './adwin.ts';
import { nextInteger, nextUniform, seedRandom } from './random-state.ts';

/** A linear congruential generator, so that another program can make the same values. */
function congruential(count: number): number[] {
  const values: number[] = [];
  for (let i = 0, x = 42n; i < count; i++) {
    x = (1_103_515_245n * x + 12_345n) % 2_147_483_648n;
    const level = i < 2_000 ? 0.2 : i < 4_000 ? 0.35 : 0.35 + (0.3 * (i - 4_000)) / 2_000;
    values.push(level + (0.3 * Number(x)) / 2_147_483_648);
  }
  return values;
}

/** The places of cuts, with width and mean of the window after each. */
function cutsOf(values: readonly number[], every: number): [number, number, number][] {
  const state = beginAdwin();
  return [...values.entries()].flatMap(([i, value]) =>
    takeAdwin(state, value, { ...STANDARD_ADWIN, every })
      ? [[i, adwinWidth(state), Number(adwinMean(state).toFixed(9))] as [number, number, number]]
      : [],
  );
}

test('takeAdwin() finds the first change where River 0.26.1 does', () => {
  // With every value tried, and every 32nd: River's place of the first cut, its width and estimation.
  assert.deepEqual(cutsOf(congruential(6_000), 1)[0], [2_064, 1_041, 0.356615832]);
  assert.deepEqual(cutsOf(congruential(6_000), 32)[0], [2_079, 352, 0.37657539]);
});

test('takeAdwin() has the example of the documentation of River: noughts and ones, then four to seven', () => {
  const random = seedRandom(5);
  const values = Array.from({ length: 2_000 }, (_, i) =>
    i < 1_000 ? nextInteger(random, 2) : 4 + nextInteger(random, 4),
  );
  // As published for such a series: the first multiple of 32 after the change, less one, and no other.
  const cuts = cutsOf(values, 32);
  assert.deepEqual(
    cuts.map(([place]) => place),
    [1_023],
  );
});

test('takeAdwin() keeps the width, mean and variance of the latest values exactly', () => {
  const values = congruential(6_000);
  const state = beginAdwin();
  for (const [i, value] of values.entries()) {
    takeAdwin(state, value);
    if (i % 500 !== 499) continue;
    const window = values.slice(i + 1 - adwinWidth(state), i + 1);
    const mean = window.reduce((sum, one) => sum + one, 0) / window.length;
    const variance = window.reduce((sum, one) => sum + (one - mean) ** 2, 0) / window.length;
    assert.ok(Math.abs(adwinMean(state) - mean) < 1e-9);
    assert.ok(Math.abs(state[2]! / state[0]! - variance) < 1e-9, `${state[2]! / state[0]!} is not ${variance}`);
  }
});

test('takeAdwin() cuts no more often than it may where nothing changes', () => {
  let cuts = 0;
  for (let run = 0; run < 100; run++) {
    const random = seedRandom(run);
    const state = beginAdwin();
    for (let i = 0; i < 1_000; i++) if (takeAdwin(state, nextUniform(random), STANDARD_ADWIN)) cuts += 1;
  }
  // A chance of 0.002 at each of 31 trials of each of 100 series: 6.2 at most.
  assert.ok(cuts <= 6, `${cuts} cuts`);
});
