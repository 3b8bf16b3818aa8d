import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginScore, takeWindow } from './channel-score.ts';

test('takeWindow() gives the mean rarity, to which one window says less than several', () => {
  const score = beginScore(2);
  const said = Array.from({ length: 40 }, () => takeWindow(score, Float64Array.of(4, 2)));
  assert.deepEqual([said[0], said[1], said[3]], [2, 3, 4]);
  assert.ok(said.every((one, i) => one < 6 && (i === 0 || one >= said[i - 1]! - 1e-9)));
  assert.equal(score.windows, 12);
  for (let i = 0; i < 40; i++) takeWindow(score, Float64Array.of(0, 0));
  assert.ok(takeWindow(score, Float64Array.of(0, 0)) < 0.2, 'what was long ago is forgotten');
});
