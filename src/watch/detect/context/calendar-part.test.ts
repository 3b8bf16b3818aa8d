import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Calendar } from '#declare/template/index.ts';
import { readCalendar } from './calendar-part.ts';

const ALWAYS: Calendar = { name: 'c', zone: 'UTC', days: null, hours: null, dates: null, except: [], cycle: null };
const at = (text: string): number => Date.parse(text) * 1_000;

test('readCalendar() knows hours and days in the zone of the calendar', () => {
  const shift = readCalendar({
    ...ALWAYS,
    zone: 'Europe/Berlin',
    days: [1, 2, 3, 4, 5],
    hours: [[360, 1_080]],
    except: [['2026-12-25', '2026-12-26']],
  });
  // A Monday: 06:00 in Berlin is 05:00 in winter, 04:00 in summer.
  assert.deepEqual([shift(at('2026-11-30T04:59:00Z')), shift(at('2026-11-30T05:00:00Z'))], [0, 1]);
  assert.deepEqual([shift(at('2026-07-06T04:00:00Z')), shift(at('2026-07-06T16:00:00Z'))], [1, 0]);
  assert.equal(shift(at('2026-11-29T10:00:00Z')), 0);
  assert.equal(shift(at('2026-12-25T10:00:00Z')), 0);
});

test('readCalendar() knows nights over midnight, spans of dates, and parts of a cycle', () => {
  const night = readCalendar({ ...ALWAYS, hours: [[1_320, 360]] });
  assert.deepEqual(
    ['21:59', '22:00', '03:00', '06:00'].map((time) => night(at(`2026-11-30T${time}:00Z`))),
    [0, 1, 1, 0],
  );
  const harvest = readCalendar({ ...ALWAYS, dates: [['2026-08-01', '2026-09-30']] });
  assert.deepEqual([harvest(at('2026-07-31T23:00:00Z')), harvest(at('2026-09-30T23:00:00Z'))], [0, 1]);
  const from = Date.parse('2026-01-01T06:00:00Z');
  const shifts = readCalendar({ ...ALWAYS, cycle: { every: 86_400_000, parts: 3, from } });
  assert.deepEqual(
    ['06:00', '13:59', '14:00', '22:00', '05:59'].map((time) => shifts(at(`2026-11-30T${time}:00Z`))),
    [1, 1, 2, 3, 3],
  );
});
