import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginLately, combineLately, combineNext } from './combine-lately.ts';
import { combineRarities } from './combine-rarities.ts';

const EVENT = { within: 3, power: 1 };

test('combineLately() adds up what parts tell of one event at different rows, while one of them tells it', () => {
  const [sooner, later] = [Float64Array.of(0, 6, 0, 0, 0, 0), Float64Array.of(0, 0, 0, 4, 0, 4)];
  // At row 3 the first is told two rows ago, at row 5 no longer; at row 2 none tells anything but of before.
  assert.deepEqual(combineLately(beginLately(2, EVENT), [sooner, later], EVENT), Float64Array.of(0, 3, 3, 5, 2, 2));
});

test('combineLately() is the rule of all ensembles where each row is judged by itself', () => {
  const rarities = [Float64Array.of(1, 5, 0.3), Float64Array.of(2, 4, 7)];
  const single = { within: 1, power: 6 };
  assert.deepEqual(combineLately(beginLately(2, single), rarities, single), combineRarities(rarities));
});

test('combineNext() says of each row what combineLately() would, and takes nothing in', () => {
  const lately = beginLately(2, EVENT);
  combineLately(lately, [Float64Array.of(9, 1, 5, 1), Float64Array.of(1, 2, 0, 1)], EVENT);
  const before = lately.ring.slice();
  const next = combineNext(lately, [Float64Array.of(2, 0), Float64Array.of(7, 0)], EVENT);
  assert.deepEqual(lately.ring, before);
  for (const [row, own, other] of [
    [0, 2, 7],
    [1, 0, 0],
  ] as const) {
    const copy: typeof lately = { ring: lately.ring.slice(), rows: lately.rows.slice() };
    assert.equal(combineLately(copy, [Float64Array.of(own), Float64Array.of(other)], EVENT)[0], next[row]);
  }
});
