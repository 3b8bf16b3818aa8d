import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideHold, JOURNAL_BOUNDS, watchBackPressure } from './back-pressure.ts';

test('decideHold() holds at the upper bound and lets go at the lower one', () => {
  const { hold, release } = JOURNAL_BOUNDS;
  assert.equal(decideHold(hold - 1, false), false);
  assert.equal(decideHold(hold, false), true);
  assert.equal(decideHold(release + 1, true), true);
  assert.equal(decideHold(release, true), false);
  assert.equal(decideHold(release + 1, false), false);
});

test('watchBackPressure() holds senders off while there are no keys to seal with', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const held: boolean[] = [];
  const quiet = (): void => {};
  let spent = false;
  using _watch = watchBackPressure({
    journalBytes: () => Promise.resolve(0),
    keysSpent: () => spent,
    hold: (now) => held.push(now),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  for (spent of [false, true, true, false, false]) {
    t.mock.timers.tick(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(held, [true, true, false]);
});
