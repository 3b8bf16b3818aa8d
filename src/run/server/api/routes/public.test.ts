import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import { API_TEMPLATE, openApi } from '../testing.ts';

test('GET /healthz and /readyz tell everybody one word', async (t) => {
  let ready = true;
  const { call } = await openApi(t, { ready: () => ready });
  for (const path of ['/healthz', '/readyz']) {
    const answer = await call('GET', path, { as: 'nobody' });
    assert.deepEqual([answer.status, answer.json()], [200, { status: 'ok' }]);
  }
  ready = false;
  assert.equal((await call('GET', '/healthz', { as: 'nobody' })).status, 200);
  const answer = await call('GET', '/readyz', { as: 'nobody' });
  assert.deepEqual([answer.status, answer.json()['code'], answer.headers['retry-after']], [503, 'API_NOT_READY', '1']);
  assert.doesNotMatch(answer.text, /gateway|store|query/);
});

test('GET /.well-known/security.txt is there where the template names a contact', async (t) => {
  const { call } = await openApi(t);
  assert.equal((await call('GET', '/.well-known/security.txt', { as: 'nobody' })).status, 404);
  const current = makeTemplate(`${API_TEMPLATE}api: { contact: ["mailto:security@example.com"] }\n`);
  const named = await openApi(t, { templates: { current, plan: () => ({}), apply: async () => ({ proposal: null }) } });
  const answer = await named.call('GET', '/.well-known/security.txt', { as: 'nobody' });
  assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'text/plain; charset=utf-8']);
  assert.match(answer.text, /^Contact: mailto:security@example\.com\nExpires: /);
});
