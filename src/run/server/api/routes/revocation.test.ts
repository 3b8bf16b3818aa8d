import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';

const TRUCK = { name: 'truck-1', type: 'reefer' };

test('POST /v1/revocations takes one target and says what went', async (t) => {
  const { call, audit } = await openApi(t);
  const made = await call('POST', '/v1/devices', { body: TRUCK });
  const { certificates } = (made.json() as { device: { certificates: string[] } }).device;
  const body = { serial: certificates[0]?.toLowerCase(), reason: 'superseded' };
  const going = await call('GET', `/v1/revocations/going?serial=${body.serial}`);
  assert.deepEqual([going.status, going.json()], [200, { devices: 0, certificates: 1 }]);
  assert.deepEqual((await call('GET', '/v1/revocations/going?type=reefer')).json(), { devices: 1, certificates: 1 });
  assert.equal((await call('GET', '/v1/revocations/going')).status, 400);
  assert.equal((await call('GET', '/v1/revocations/going?device=ghost')).status, 404);
  const serial = await call('POST', '/v1/revocations', { body });
  assert.deepEqual([serial.status, serial.json()], [200, { devices: 0, certificates: 1, reason: 'superseded' }]);
  const device = await call('POST', '/v1/revocations', { body: { device: 'truck-1' } });
  assert.deepEqual(device.json(), { devices: 1, certificates: 0, reason: 'unspecified' });
  assert.deepEqual(
    audit.events.filter(({ action }) => action === 'revoke').map(({ resource }) => resource),
    [`certificate:${certificates[0]}`, 'device:truck-1'],
  );
  assert.equal((await call('GET', '/v1/devices/truck-1')).json()['status'], 'revoked');
});

test('POST /v1/revocations refuses what it cannot do and whoever may not', async (t) => {
  const { call, identity, audit } = await openApi(t);
  await call('POST', '/v1/devices', { body: TRUCK });
  const cases: [object, number, string][] = [
    [{}, 400, 'API_BODY_INVALID'],
    [{ device: 'truck-1', type: 'reefer' }, 400, 'API_BODY_INVALID'],
    [{ device: 'truck-1', reason: 'certificateHold' }, 400, 'IDENTITY_REVOCATION_INVALID'],
    [{ device: 'ghost' }, 404, 'IDENTITY_DEVICE_UNKNOWN'],
    [{ serial: 'zz' }, 400, 'IDENTITY_REVOCATION_INVALID'],
    [{ serial: '0a' }, 404, 'IDENTITY_CERTIFICATE_UNKNOWN'],
    [{ type: 'valve' }, 400, 'IDENTITY_REVOCATION_INVALID'],
    [{ issuer: 9 }, 400, 'IDENTITY_REVOCATION_INVALID'],
    [{ issuer: 0 }, 400, 'API_BODY_INVALID'],
  ];
  for (const [body, status, code] of cases) {
    const answer = await call('POST', '/v1/revocations', { body });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code], JSON.stringify(body));
  }
  const { token } = await identity.people.add('ann', ['scientist'], 'person:p1');
  assert.equal((await call('GET', '/v1/revocations/going?device=truck-1', { as: { token } })).status, 403);
  const denied = await call('POST', '/v1/revocations', { body: { device: 'truck-1' }, as: { token } });
  assert.equal(denied.status, 403);
  assert.equal(audit.events.filter(({ action }) => action === 'revoke').length, 0);
});
