import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { days, hours, minutes, systemClock } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { DECLARED, openTrust } from '../../../../test/support/open-trust.ts';
import { makeRequest } from './testing.ts';

const HOUR = hours(1);

test('a token enrols the device that it was made for, once, with the name that it gives', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { enrolment, inventory } = identity;
  const { token } = await enrolment.issueToken('truck-1', 'reefer', HOUR, 'person:x');
  assert.ok(!JSON.stringify(audit.events).includes(token));
  const found = await enrolment.identifyToken(token);
  assert.ok(found.outcome === 'ok');
  assert.deepEqual(found.enrolee.request, { name: 'truck-1', type: 'reefer' });
  await assert.rejects(enrolment.complete(found.enrolee, new Uint8Array(3)), { code: 'IDENTITY_REQUEST_INVALID' });
  assert.equal((await enrolment.identifyToken(token)).outcome, 'ok', 'a bad request uses up nothing');
  const { certificate } = await enrolment.complete(found.enrolee, makeRequest({ commonName: 'operator' }));
  assert.equal(new X509Certificate(certificate).subject, 'CN=truck-1');
  assert.equal(inventory.find('truck-1')?.type, 'reefer');
  assert.equal((await enrolment.identifyToken(token)).outcome, 'used');
  await assert.rejects(enrolment.complete(found.enrolee, makeRequest()), {
    code: 'IDENTITY_ENROLMENT_UNAUTHENTICATED',
  });
  assert.equal(inventory.find('truck-1')?.serials.length, 1);
});

test('of many uses of a token at once one succeeds, and the others leave nothing behind', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { enrolment, inventory } = identity;
  const { token } = await enrolment.issueToken('truck-1', 'reefer', HOUR, 'person:x');
  const enrol = async () => {
    const found = await enrolment.identifyToken(token);
    assert.ok(found.outcome === 'ok');
    return enrolment.complete(found.enrolee, makeRequest());
  };
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, enrol));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal(inventory.find('truck-1')?.serials.length, 1);
  assert.equal(audit.events.filter(({ action }) => action === 'issue-certificate').length, 1);
});

test('tokens expire, are told apart for the log, and survive a restart hashed', async (t) => {
  const clock = frozenClock(systemClock.now());
  const { identity, reopenIdentity, catalogue } = await openTrust(t, { clock });
  const { token } = await identity.enrolment.issueToken('truck-1', 'reefer', HOUR, 'person:x');
  const outcome = async (text: string) => (await (await reopenIdentity()).enrolment.identifyToken(text)).outcome;
  assert.equal(await outcome(token), 'ok');
  assert.equal(await outcome(token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))), 'unknown');
  assert.equal(await outcome('nonsense'), 'malformed');
  const rows = JSON.stringify(await catalogue.all('SELECT * FROM identity_enrol_token', []));
  assert.ok(!rows.includes(token));
  const found = await identity.enrolment.identifyToken(token);
  clock.advance(HOUR);
  assert.equal(await outcome(token), 'expired');
  assert.ok(found.outcome === 'ok');
  await assert.rejects(identity.enrolment.complete(found.enrolee, makeRequest()), {
    code: 'IDENTITY_ENROLMENT_UNAUTHENTICATED',
  });
  assert.equal(identity.inventory.find('truck-1'), null);
});

test('issueToken() refuses names, types and lives that are none; for a known device it gives a further certificate', async (t) => {
  const { identity } = await openTrust(t);
  const { enrolment, inventory } = identity;
  const issue = (name: string, type: string, life = HOUR) => enrolment.issueToken(name, type, life, 'person:x');
  await assert.rejects(issue('_probe', '_probe'), { code: 'IDENTITY_DEVICE_INVALID' });
  await assert.rejects(issue('no name', 'reefer'), { code: 'IDENTITY_DEVICE_INVALID' });
  await assert.rejects(issue('truck-1', 'boat'), { code: 'IDENTITY_TYPE_INVALID' });
  await assert.rejects(issue('truck-1', 'reefer', minutes(0.5)), { code: 'IDENTITY_LIFETIME_INVALID' });
  await assert.rejects(issue('truck-1', 'reefer', days(8)), { code: 'IDENTITY_LIFETIME_INVALID' });
  await inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'person:x');
  await assert.rejects(issue('truck-1', 'plc'), { code: 'IDENTITY_DEVICE_INVALID' });
  const found = await enrolment.identifyToken((await issue('truck-1', 'reefer')).token);
  assert.ok(found.outcome === 'ok');
  await enrolment.complete(found.enrolee, makeRequest());
  assert.equal(inventory.find('truck-1')?.serials.length, 2);
});

test('renew() keeps the name, wants the window, the own certificate, and bounds how many count', async (t) => {
  const clock = frozenClock(systemClock.now());
  const declared = { ...DECLARED, certificate: () => ({ life: days(30), renewBefore: days(10) }) };
  const { identity } = await openTrust(t, { clock, declared });
  const { enrolment, inventory } = identity;
  await inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'person:x');
  await inventory.enrol({ name: 'truck-2', type: 'reefer' }, 'person:x');
  const first = new Map(['truck-1', 'truck-2'].map((name) => [name, inventory.find(name)?.serials[0] ?? '']));
  const serial = (name: string) => first.get(name) ?? '';
  await assert.rejects(enrolment.renew('truck-1', serial('truck-1'), makeRequest()), {
    code: 'IDENTITY_RENEWAL_REFUSED',
    message: /window opens at/,
  });
  clock.advance(days(20));
  for (const [name, shown] of [
    ['truck-1', serial('truck-2')],
    ['truck-1', '00'],
    ['truck-9', serial('truck-1')],
  ] as const) {
    await assert.rejects(enrolment.renew(name, shown, makeRequest()), { code: 'IDENTITY_RENEWAL_REFUSED' });
  }
  const { certificate, device } = await enrolment.renew('truck-1', serial('truck-1'), makeRequest());
  assert.equal(new X509Certificate(certificate).subject, 'CN=truck-1');
  assert.equal(device.serials.length, 2);
  for (let count = 2; count < 8; count += 1) await enrolment.renew('truck-1', serial('truck-1'), makeRequest());
  await assert.rejects(enrolment.renew('truck-1', serial('truck-1'), makeRequest()), {
    code: 'IDENTITY_CERTIFICATES_LIMIT',
  });
});
