import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';
import { days, hours, millis, minutes, seconds } from '#base/core/index.ts';
import { formatDuration, formatSize, parseBudget, parseDuration, parseRate, parseSize } from './quantities.ts';

test('parseDuration() reads every unit', () => {
  const table: [string, number][] = [
    ['250ms', 250],
    ['1.5s', 1_500],
    ['5m', minutes(5)],
    ['5min', minutes(5)],
    ['12h', hours(12)],
    ['30d', days(30)],
    ['2w', days(14)],
    ['2y', days(730.5)],
    ['0s', 0],
  ];
  for (const [text, expected] of table) assert.equal(parseDuration(text), expected, text);
});

test('parseDuration() refuses what is none', () => {
  for (const text of ['', '5', 'm', '-5m', '5 m', '5M', '1e3s', '5m ', '5mm', '9999999999s', '٥m']) {
    assert.equal(parseDuration(text), null, text);
  }
});

test('formatDuration() writes what parseDuration() reads', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (ms) => {
      assert.equal(parseDuration(formatDuration(millis(ms))), ms);
    }),
    { seed: 1 },
  );
  assert.equal(formatDuration(seconds(90)), '90s');
  assert.equal(formatDuration(days(7)), '1w');
});

test('parseRate() gives a number per second', () => {
  const table: [string, number | null][] = [
    ['2/s', 2],
    ['10/min', 10 / 60],
    ['10/m', 10 / 60],
    ['0.5/h', 0.5 / 3_600],
    ['1/ms', 1_000],
    ['0/s', null],
    ['2', null],
    ['2/', null],
    ['-2/s', null],
    ['2/y', null],
  ];
  for (const [text, expected] of table) assert.equal(parseRate(text), expected, text);
});

test('parseSize() reads binary units only, and formatSize() writes them', () => {
  assert.equal(parseSize('64KiB'), 65_536);
  assert.equal(parseSize('1GiB'), 1_073_741_824);
  for (const text of ['64KB', '64', '64kib', '-1B', '1.5MiB']) assert.equal(parseSize(text), null, text);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 39 }), (size) => {
      assert.equal(parseSize(formatSize(size)), size);
    }),
    { seed: 1 },
  );
});

test('parseBudget() reads alarms and period', () => {
  assert.deepEqual(parseBudget('1 false alarm per device per week'), { alarms: 1, per: days(7) });
  assert.deepEqual(parseBudget('2 false alarms per device per 3 days'), { alarms: 2, per: days(3) });
  assert.deepEqual(parseBudget('1 false alarm per device per month'), { alarms: 1, per: days(30) });
  for (const text of [
    '1 alarm per week',
    'no false alarms per device per week',
    '1 false alarm per device per blink',
  ]) {
    assert.equal(parseBudget(text), null, text);
  }
});
