import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityTxt } from './security-txt.ts';

test('securityTxt() names each contact in order, and when it ends', () => {
  const text = securityTxt(['mailto:security@example.com', 'https://example.com/report'], 1_767_225_600_000_000);
  const lines = text.split('\n');
  assert.deepEqual(lines.slice(0, 2), ['Contact: mailto:security@example.com', 'Contact: https://example.com/report']);
  const [, expires = ''] = /^Expires: (\S+)$/m.exec(text) ?? [];
  const days = (Date.parse(expires) - Date.parse('2026-01-01T00:00:00Z')) / 86_400_000;
  assert.ok(days > 0 && days < 365, expires);
});
