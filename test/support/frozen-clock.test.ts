import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatMicros, micros, millis } from '#base/core/index.ts';

import { frozenClock } from './frozen-clock.ts';

test('frozenClock() stands still until it is moved', () => {
  const clock = frozenClock();
  assert.equal(clock.now(), clock.now());
  assert.match(formatMicros(clock.now()), /^2026-01-01T00:00:00(\.0+)?Z$/);
  const before = clock.now();
  clock.advance(millis(1.5));
  assert.equal(clock.now() - before, 1500);
  assert.equal(clock.monotonicMs(), 1.5);
});

test('set() moves the wall clock alone', () => {
  const clock = frozenClock(micros(5));
  clock.set(micros(1));
  assert.equal(clock.now(), 1);
  assert.equal(clock.monotonicMs(), 0);
  assert.throws(() => clock.advance(millis(-1)), RangeError);
});
