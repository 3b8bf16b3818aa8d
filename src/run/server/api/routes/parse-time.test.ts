import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTime } from './parse-time.ts';

test('parseTime() takes RFC 3339 and names what is not', () => {
  assert.equal(parseTime('2026-01-01T00:00:00Z', 'until'), Date.UTC(2026, 0, 1) * 1_000);
  assert.throws(() => parseTime('tomorrow', 'until'), { code: 'API_BODY_INVALID', message: /`until` is no time/ });
});
