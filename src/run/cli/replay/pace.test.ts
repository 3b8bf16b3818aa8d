import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLive, Pace, parseSpeed } from './pace.ts';

test('parseSpeed() takes max and numbers above 0', () => {
  assert.equal(parseSpeed('max'), 'max');
  assert.equal(parseSpeed('0.5'), 0.5);
  for (const word of ['', '0', '-1', 'fast', '1e9', 'Infinity']) {
    assert.throws(() => parseSpeed(word), { code: 'CLI_USAGE' }, word);
  }
});

test('Pace keeps recorded times and never waits at full speed', () => {
  const pace = new Pace('max', false, () => 5_000);
  assert.deepEqual(pace.place(100), { time: 100, waitSeconds: 0 });
  assert.deepEqual(pace.place(900.25), { time: 900.25, waitSeconds: 0 });
});

test('Pace waits between records as long as the recording did, over the speed', () => {
  let now = 5_000;
  const pace = new Pace(10, false, () => now);
  assert.equal(pace.place(100).waitSeconds, 0);
  assert.equal(pace.place(110).waitSeconds, 1);
  now = 5_003;
  assert.equal(pace.place(120).waitSeconds, 0);
});

test('Pace shifts the first record to now and keeps distances', () => {
  const pace = new Pace('max', true, () => 5_000.5);
  assert.equal(pace.place(100).time, 5_000.5);
  assert.equal(pace.place(101.1).time, 5_001.6);
});

test('isLive() is what needs no grant: shifted to now and not faster than time', () => {
  assert.equal(isLive(1, true), true);
  assert.equal(isLive(2, true), false);
  assert.equal(isLive('max', true), false);
  assert.equal(isLive(1, false), false);
});
