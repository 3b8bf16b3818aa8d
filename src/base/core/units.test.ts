import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, days, hours, kibibytes, mebibytes, micros, millis, minutes, seconds } from './units.ts';

test('the constructors of durations agree with each other', () => {
  assert.equal(seconds(1), millis(1_000));
  assert.equal(minutes(1), seconds(60));
  assert.equal(hours(1), minutes(60));
  assert.equal(days(1), hours(24));
});

test('the constructors of sizes agree with each other', () => {
  assert.equal(kibibytes(1), bytes(1_024));
  assert.equal(mebibytes(1), kibibytes(1_024));
});

test('micros() keeps its number', () => {
  assert.equal(micros(1_767_225_600_000_000), 1_767_225_600_000_000);
});
