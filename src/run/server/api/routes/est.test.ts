import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours } from '#base/core/index.ts';
import { PEER_HEADER } from '../caller.ts';
import { requestAttributes } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import { API_TEMPLATE, openApi } from '../testing.ts';

const EST = '/.well-known/est';
const peer = (more: object) => ({
  [PEER_HEADER]: JSON.stringify({
    kind: 'none',
    name: null,
    serial: null,
    address: '192.0.2.7',
    listener: 'https',
    ...more,
  }),
});

test('EST shows authorities and attributes to everybody', async (t) => {
  const { call } = await openApi(t);
  for (const operation of ['cacerts', 'csrattrs']) {
    const heard = await call('GET', `${EST}/${operation}`, { as: 'nobody' });
    assert.equal(heard.status, 200);
    assert.equal(heard.headers['content-transfer-encoding'], 'base64');
    assert.match(heard.text, /^([A-Za-z0-9+/=]+\r\n)+$/);
  }
});

test('EST asks for HTTP Basic, decides, and never takes a person for a device', async (t) => {
  const { call, audit, identity, refused } = await openApi(t);
  for (const operation of ['simpleenroll', 'simplereenroll']) {
    const heard = await call('POST', `${EST}/${operation}`, { as: 'nobody', body: 'AAAA' });
    assert.equal(heard.status, 401);
    assert.match(heard.headers['www-authenticate'] ?? '', /^Basic realm=/);
    assert.equal(heard.text, '');
    assert.equal((await call('POST', `${EST}/${operation}`, { as: 'operator', body: 'AAAA' })).status, 401);
  }
  assert.ok(refused.length >= 4);
  const { token } = await identity.enrolment.issueToken('truck-2', 'reefer', hours(1), 'test');
  const authorization = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
  const headers = { ...peer({}), authorization, 'content-type': 'application/pkcs10' };
  const enrol = (operation: string, body: string) => call('POST', `${EST}/${operation}`, { headers, body });
  assert.match((await enrol('simpleenroll', 'AAAA')).text, /IDENTITY_REQUEST_INVALID/);
  assert.match((await enrol('simpleenroll', 'A'.repeat(200_000))).text, /API_BODY_INVALID/);
  assert.equal((await enrol('simplereenroll', 'AAAA')).status, 403);
  const decided = audit.events.find(({ action, resource }) => action === 'certify' && resource === 'device:truck-2');
  assert.equal(decided?.outcome, 'allowed');
  assert.equal(identity.inventory.find('truck-2'), null);
});

test('a device that has a certificate renews, and does not enrol again', async (t) => {
  const { call, identity } = await openApi(t);
  await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
  const serial = identity.inventory.find('truck-1')?.serials[0];
  const headers = { ...peer({ kind: 'device', name: 'truck-1', serial }), 'content-type': 'application/pkcs10' };
  assert.equal((await call('POST', `${EST}/simpleenroll`, { headers, body: 'AAAA' })).status, 403);
  assert.match(
    (await call('POST', `${EST}/simplereenroll`, { headers, body: 'AAAA' })).text,
    /IDENTITY_REQUEST_INVALID/,
  );
});

test('a device fetches its advice, and hears what a further key should be', async (t) => {
  const current = makeTemplate(API_TEMPLATE.replace('reefer: {', 'reefer: { lifetime: 30y, '));
  const templates = { current, plan: () => ({}), apply: async () => ({ proposal: null }) };
  const { call, identity } = await openApi(t, { templates });
  await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
  const serial = identity.inventory.find('truck-1')?.serials[0];
  const headers = peer({ kind: 'device', name: 'truck-1', serial });
  const advice = await call('GET', '/v1/advice', { headers });
  assert.equal(advice.status, 200, advice.text);
  const parts = advice.json()['parts'] as { part: string; algorithm: string }[];
  assert.equal(parts.find(({ part }) => part === 'device key')?.algorithm, 'ml-dsa-65');
  const asked = async (as: object) => (await call('GET', `${EST}/csrattrs`, { headers: peer(as) })).text;
  assert.equal(await asked({ kind: 'device', name: 'truck-1', serial }), requestAttributes('ml-dsa-65'));
  assert.equal(await asked({}), requestAttributes('ecdsa-p256'), 'who is not known is asked for the usual');
  // One that may enrol hears what it will need, nobody else anything.
  const { token } = await identity.enrolment.issueToken('truck-2', 'reefer', hours(1), 'test');
  const authorization = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
  assert.equal((await call('GET', '/v1/advice', { headers: { ...peer({}), authorization } })).status, 200);
  for (const as of ['nobody', 'operator'] as const) {
    assert.equal((await call('GET', '/v1/advice', { as })).status, 401);
  }
});
