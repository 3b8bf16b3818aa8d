import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours } from '#base/core/index.ts';
import { PEER_HEADER } from '../caller.ts';
import { openApi } from '../testing.ts';

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
