import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossOf, makeRate } from './status.ts';

test('makeRate() averages over at least a second and never falls below zero', () => {
  let now = 0;
  const rate = makeRate(() => now);
  assert.equal(rate(100), 0);
  now = 500;
  assert.equal(rate(200), 0);
  now = 2_000;
  assert.equal(rate(500), 200);
  now = 4_000;
  assert.equal(rate(400), 0);
});

test('lossOf() says how much of the state of the watch is learnt anew', () => {
  assert.equal(lossOf(0), null);
  assert.equal(
    lossOf(2),
    'the state of the watch was damaged in 2 parts: the baselines there are learnt anew since its start',
  );
  assert.equal(
    lossOf('all'),
    'the state of the watch could not be opened: all baselines are learnt anew since its start',
  );
});
