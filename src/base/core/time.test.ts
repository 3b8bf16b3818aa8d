import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatMicros, parseRfc3339, systemClock } from './time.ts';
import { micros } from './units.ts';

test('parseRfc3339() reads the examples of RFC 3339 section 5.8', () => {
  const cases: [string, string][] = [
    ['1985-04-12T23:20:50.52Z', '1985-04-12T23:20:50.520Z'],
    ['1996-12-19T16:39:57-08:00', '1996-12-20T00:39:57.000Z'],
    ['1990-12-31T23:59:60Z', '1991-01-01T00:00:00.000Z'],
    ['1990-12-31T15:59:60-08:00', '1991-01-01T00:00:00.000Z'],
    ['1937-01-01T12:00:27.87+00:20', '1937-01-01T11:40:27.870Z'],
    ['2024-02-29t00:00:00z', '2024-02-29T00:00:00.000Z'],
    ['2026-01-01 00:00:00Z', '2026-01-01T00:00:00.000Z'],
  ];
  for (const [text, expected] of cases) assert.equal(parseRfc3339(text), Date.parse(expected) * 1_000, text);
});

test('parseRfc3339() keeps microseconds and cuts what is finer', () => {
  const second = Date.parse('2026-01-01T00:00:00Z') * 1_000;
  assert.equal(parseRfc3339('2026-01-01T00:00:00.123456Z'), second + 123_456);
  assert.equal(parseRfc3339('2026-01-01T00:00:00.123456999Z'), second + 123_456);
  assert.equal(parseRfc3339('2026-01-01T00:00:00.000001Z'), second + 1);
});

test('parseRfc3339() refuses other texts and days that do not exist', () => {
  const wrong = [
    '',
    '2026',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00.1234567890Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+00:60',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '２０26-01-01T00:00:00Z',
  ];
  for (const text of wrong) assert.equal(parseRfc3339(text), null, JSON.stringify(text));
});

test('formatMicros() is read back exactly, from the year 0000 to 9999', () => {
  const least = Date.parse('0000-01-01T00:00:00Z') * 1_000;
  const greatest = Date.parse('2255-01-01T00:00:00Z') * 1_000;
  fc.assert(
    fc.property(fc.integer({ min: -6e15, max: greatest }), (time) => {
      assert.equal(parseRfc3339(formatMicros(micros(time))), time);
    }),
    { seed: 3339, numRuns: 500 },
  );
  assert.equal(formatMicros(micros(least)), '0000-01-01T00:00:00Z');
  assert.equal(formatMicros(micros(1)), '1970-01-01T00:00:00.000001Z');
  assert.equal(formatMicros(micros(-1)), '1969-12-31T23:59:59.999999Z');
});

test('formatMicros() refuses years that four digits cannot say', () => {
  for (const time of [Date.parse('0000-01-01T00:00:00Z') * 1_000 - 1_000, 8.64e18, Number.NaN]) {
    assert.throws(() => formatMicros(micros(time)), { code: 'CORE_TIME_INVALID' });
  }
});

test('systemClock shows the time of day in microseconds and never runs back', () => {
  assert.ok(Math.abs(systemClock.now() / 1_000 - Date.now()) < 1_000);
  assert.ok(Number.isSafeInteger(systemClock.now()));
  const before = systemClock.monotonicMs();
  assert.ok(systemClock.monotonicMs() >= before);
});
