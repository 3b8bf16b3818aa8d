import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeOrigin } from './cross-origin.ts';

const HOST = 'weir.example.com:7443';
const LISTED = ['https://console.example.com'];
const judge = (
  origin: string | undefined,
  listener: 'https' | 'api' = 'api',
  method = 'POST',
  more: Record<string, string> = {},
) =>
  judgeOrigin(
    { method, headers: { host: HOST, ...(origin === undefined ? {} : { origin }), ...more } },
    listener,
    LISTED,
  );

test('judgeOrigin() lets pass what comes from no page and from pages of its own', () => {
  for (const origin of [undefined, `https://${HOST}`]) {
    assert.deepEqual(judge(origin), { outcome: 'pass', fields: {} });
    assert.deepEqual(judge(origin, 'https'), { outcome: 'pass', fields: {} });
  }
});

test('judgeOrigin() refuses pages of other origins, the listed ones too where a certificate would be shown', () => {
  for (const origin of [
    'https://evil.example',
    'http://console.example.com',
    'https://console.example.com.evil',
    'null',
    '',
  ]) {
    assert.deepEqual(judge(origin), { outcome: 'refused' }, origin);
  }
  assert.deepEqual(judge(LISTED[0], 'https'), { outcome: 'refused' });
  assert.deepEqual(judge('https://evil.example', 'api', 'OPTIONS', { 'access-control-request-method': 'POST' }), {
    outcome: 'refused',
  });
});

test('judgeOrigin() names a listed origin, never all, and answers what a browser asks before', () => {
  const passed = judge(LISTED[0]);
  assert.ok(passed.outcome === 'pass');
  assert.deepEqual([passed.fields['access-control-allow-origin'], passed.fields['vary']], [LISTED[0], 'Origin']);
  assert.equal('access-control-allow-credentials' in passed.fields, false);
  const asked = judge(LISTED[0], 'api', 'OPTIONS', { 'access-control-request-method': 'PUT' });
  assert.ok(asked.outcome === 'preflight');
  assert.match(asked.fields['access-control-allow-headers'] ?? '', /authorization/);
});
