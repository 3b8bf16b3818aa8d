import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMicros, parseRfc3339 } from '#base/core/index.ts';
import { dueDate } from './due-date.ts';

test('dueDate() is a month later, or the last day of a month that is shorter', () => {
  for (const [received, due] of [
    ['2026-03-10T08:00:00Z', '2026-04-10T08:00:00Z'],
    ['2026-01-31T23:59:59Z', '2026-02-28T23:59:59Z'],
    ['2028-01-30T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['2026-12-31T12:00:00Z', '2027-01-31T12:00:00Z'],
    ['2026-05-31T12:00:00Z', '2026-06-30T12:00:00Z'],
  ] as const)
    assert.equal(formatMicros(dueDate(parseRfc3339(received)!)), due);
});
