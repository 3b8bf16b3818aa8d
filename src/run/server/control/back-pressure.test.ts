import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideHold, JOURNAL_BOUNDS } from './back-pressure.ts';

test('decideHold() holds at the upper bound and lets go at the lower one', () => {
  const { hold, release } = JOURNAL_BOUNDS;
  assert.equal(decideHold(hold - 1, false), false);
  assert.equal(decideHold(hold, false), true);
  assert.equal(decideHold(release + 1, true), true);
  assert.equal(decideHold(release, true), false);
  assert.equal(decideHold(release + 1, false), false);
});
