import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALENDAR_PATTERNS, parseDates, parseHours } from './calendar.ts';

test('parseHours() and parseDates() read spans', () => {
  assert.deepEqual(parseHours('06:30-18:00'), [390, 1_080]);
  assert.deepEqual(parseHours('22:00-06:00'), [1_320, 360]);
  assert.deepEqual(parseDates('2026-12-24'), ['2026-12-24', '2026-12-24']);
  assert.deepEqual(parseDates('2026-08-01/2026-09-30'), ['2026-08-01', '2026-09-30']);
});

test('patterns of calendars take spans and nothing else', () => {
  const [hours, dates] = [new RegExp(CALENDAR_PATTERNS.hours), new RegExp(CALENDAR_PATTERNS.dates)];
  assert.ok(hours.test('00:00-24:00') && dates.test('2026-12-24') && dates.test('2026-08-01/2026-09-30'));
  for (const text of ['6-18', '06:00', '06:00-25:00', '06:00 - 18:00']) assert.ok(!hours.test(text), text);
  for (const text of ['24.12.2026', '2026-12-24/', '1999-01-01']) assert.ok(!dates.test(text), text);
});
