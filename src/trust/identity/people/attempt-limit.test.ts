import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seconds } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { AttemptLimit } from './attempt-limit.ts';

const limit = (clock: ReturnType<typeof frozenClock>): AttemptLimit =>
  new AttemptLimit({ burst: 3, perMinute: 1 }, clock, seededRandom(1));

test('take() allows a burst, then as many as come back', () => {
  const clock = frozenClock();
  const attempts = limit(clock);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => attempts.take('ada')),
    [true, true, true, false],
  );
  assert.equal(attempts.take('bob'), true);
  clock.advance(seconds(59));
  assert.equal(attempts.take('ada'), false);
  clock.advance(seconds(1));
  assert.deepEqual([attempts.take('ada'), attempts.take('ada')], [true, false]);
});

test('take() does not count what it refuses, so nobody is kept out for ever by knocking', () => {
  const clock = frozenClock();
  const attempts = limit(clock);
  for (let i = 0; i < 1_000; i++) attempts.take('ada');
  clock.advance(seconds(60));
  assert.equal(attempts.take('ada'), true);
});

test('forgive() forgets the attempts of one name', () => {
  const attempts = limit(frozenClock());
  for (let i = 0; i < 4; i++) attempts.take('ada');
  attempts.forgive('ada');
  assert.equal(attempts.take('ada'), true);
});
