import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginPageHinkley, pageHinkleyOf, takePageHinkley } from './page-hinkley.ts';

test('takePageHinkley() is the greatest rise of the sum of what exceeds the mean so far', () => {
  const state = beginPageHinkley();
  assert.equal(pageHinkleyOf(state), 0);
  // By hand with a slack of 1: means 2, 2, 4; sums above -1, -2, 1 and their least -1, -2, -2.
  assert.deepEqual(
    [2, 2, 8].map((value) => takePageHinkley(state, value, 1)),
    [0, 0, 3],
  );
});

test('takePageHinkley() sees a fall as well as a rise', () => {
  const fall = beginPageHinkley();
  const rise = beginPageHinkley();
  let [low, high] = [0, 0];
  for (let i = 0; i < 100; i++) {
    low = takePageHinkley(fall, i < 50 ? 1 : 0, 0.05);
    high = takePageHinkley(rise, i < 50 ? 0 : 1, 0.05);
  }
  assert.ok(low > 10 && Math.abs(low - high) < 1e-9, `${low} and ${high}`);
});

test('takePageHinkley() changes where the implementation of River 0.26.1 does', () => {
  // Its defaults with a threshold of 5, at least 30 values, begun anew after each change.
  const found: number[] = [];
  let state = beginPageHinkley();
  for (let i = 0, x = 42n; i < 6_000; i++) {
    x = (1_103_515_245n * x + 12_345n) % 2_147_483_648n;
    const level = i < 2_000 ? 0.2 : i < 4_000 ? 0.35 : 0.35 + (0.3 * (i - 4_000)) / 2_000;
    const statistic = takePageHinkley(state, level + (0.3 * Number(x)) / 2_147_483_648, 0.005, 0.9999);
    if (state[0]! < 30 || statistic <= 5) continue;
    found.push(i);
    state = beginPageHinkley();
  }
  assert.deepEqual(found, [2_035, 4_236, 4_720, 5_167, 5_555, 5_918]);
});
