import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginAnchor, checkAnchor, toldAt } from './baseline-anchor.ts';

const usual = (centre: number, spread: number) => ({
  centre: Float64Array.of(centre, 50),
  spread: Float64Array.of(spread, 1),
  counts: Float64Array.of(900, 900),
});
const RESOLUTIONS = [0.01, 0.01];

test('checkAnchor() tells what has moved far from what it was, once in its part of the budget', () => {
  const state = beginAnchor(2);
  const at = (seconds: number, centre: number, spread = 0.5) =>
    checkAnchor(state, usual(centre, spread), RESOLUTIONS, seconds, 1_000);
  assert.equal(at(0, -18), null);
  assert.equal(at(10, -16), null);
  const moved = at(500, -14.5);
  assert.deepEqual([moved?.field, moved?.by, moved?.centre, moved?.since], [0, 7, -18, 500]);
  // It is held fast there, and told again no sooner than the budget allows.
  assert.equal(at(600, -10), null);
  assert.equal(at(1_499, -10), null);
  assert.equal(at(1_500, -10)?.centre, -14.5);
});

test('checkAnchor() tells of a spread that is many times what it was, and of one that is gone', () => {
  for (const spread of [2.5, 0.1]) {
    const state = beginAnchor(2);
    assert.equal(checkAnchor(state, usual(-18, 0.5), RESOLUTIONS, 0, 1_000), null);
    assert.equal(checkAnchor(state, usual(-18, 1.5), RESOLUTIONS, 5, 1_000), null);
    assert.equal(checkAnchor(state, usual(-18, spread), RESOLUTIONS, 9, 1_000)?.field, 0, String(spread));
  }
});

test('checkAnchor() takes what is below the resolution of a field for nothing', () => {
  const state = beginAnchor(2);
  assert.equal(checkAnchor(state, usual(-18, 0), RESOLUTIONS, 0, 1_000), null);
  assert.equal(checkAnchor(state, usual(-17.95, 0.02), RESOLUTIONS, 5, 1_000), null);
});

test('checkAnchor() does not tell of a field that has no values, and holds one fast that begins to have some', () => {
  const state = beginAnchor(2);
  const at = (seconds: number, centre: number, count: number) =>
    checkAnchor(
      state,
      {
        centre: Float64Array.of(centre, 50),
        spread: Float64Array.of(count === 0 ? 0 : 1, 1),
        counts: Float64Array.of(count, 99),
      },
      [0, 0.01],
      seconds,
      10,
    );
  for (const seconds of [0, 100, 200]) assert.equal(at(seconds, 0, 0), null);
  assert.equal(at(300, 900, 50), null);
  assert.equal(at(400, 901, 90), null);
  assert.equal(at(500, 950, 90)?.by, 50);
});

test('checkAnchor() keeps its part of the budget with others that have the same', () => {
  const [one, other] = [beginAnchor(2), beginAnchor(2)];
  for (const state of [one, other]) checkAnchor(state, usual(-18, 0.5), RESOLUTIONS, 0, 1_000);
  assert.notEqual(checkAnchor(one, usual(-10, 0.5), RESOLUTIONS, 10, 1_000), null);
  assert.equal(checkAnchor(other, usual(-10, 0.5), RESOLUTIONS, 20, 1_000, toldAt(one)), null);
  assert.equal(checkAnchor(other, usual(-10, 0.5), RESOLUTIONS, 1_010, 1_000, toldAt(one))?.field, 0);
});
