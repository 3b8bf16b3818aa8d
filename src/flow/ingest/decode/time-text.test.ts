import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRfc3339 } from '#base/core/index.ts';
import { parseTimeText } from './time-text.ts';

test('parseTimeText() reads every time as parseRfc3339() does', () => {
  const part = (max: number): fc.Arbitrary<string> => fc.nat({ max }).map((n) => String(n).padStart(2, '0'));
  const time = fc
    .tuple(
      fc.nat({ max: 9999 }).map((n) => String(n).padStart(4, '0')),
      part(13),
      part(32),
      fc.constantFrom('T', 'T', 'T', ' ', 't'),
      part(24),
      part(60),
      part(61),
      fc.option(fc.stringMatching(/^\.\d{1,10}$/), { nil: '' }),
      fc.constantFrom('Z', 'Z', 'Z', 'z', '+01:00', '-00:30', ''),
    )
    .map(([y, mo, d, t, h, mi, s, f, z]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`);
  fc.assert(
    fc.property(time, (text) => assert.equal(parseTimeText(text), parseRfc3339(text), text)),
    { numRuns: 20_000, seed: 5 },
  );
});

test('parseTimeText() reads mutilated times as parseRfc3339() does', () => {
  const whole = '2026-01-31T12:34:56.789012Z';
  for (let at = 0; at < whole.length; at++) {
    for (const put of ['', 'x', '/', ':', '-', ' ', '0', '9', '\u0661']) {
      const text = whole.slice(0, at) + put + whole.slice(at + 1);
      assert.equal(parseTimeText(text), parseRfc3339(text), text);
    }
  }
});

test('parseTimeText() makes no microsecond more or less of a fraction', () => {
  assert.equal(parseTimeText('1970-01-01T00:00:00.000001Z'), 1);
  assert.equal(parseTimeText('1970-01-01T00:00:00.1Z'), 100_000);
  assert.equal(parseTimeText('1970-01-01T00:00:00.9999999Z'), 999_999);
  assert.equal(parseTimeText('1969-12-31T23:59:59.5Z'), -500_000);
});
