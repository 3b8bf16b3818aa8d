import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { PROBE_DEVICE, days, hours, micros } from '#base/core/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { DECLARED, openTrust } from '../../../test/support/open-trust.ts';
import type { DirectoryChange } from './device-directory.ts';
import type { DeclaredProfile } from './profile/security-profile.ts';

const BY = 'person:p1';

const PROFILE: DeclaredProfile = {
  class: 'c2',
  cannot: [],
  compensate: {},
  supportEnds: null,
  lifetime: null,
  isSpokenFor: false,
  tlsMinimum: '1.3',
  hybrid: 'prefer',
};

test('enrol() gives a key and a certificate that belong together, and logs it first', async (t) => {
  const { identity, audit, catalogue } = await openTrust(t);
  const { device, key, certificate } = await identity.inventory.enrol(
    { name: 'truck-7', type: 'reefer', owner: 'fleet' },
    BY,
  );
  const parsed = new X509Certificate(certificate);
  assert.ok(parsed.checkPrivateKey(createPrivateKey(key)));
  assert.deepEqual(device.serials, [parsed.serialNumber]);
  assert.deepEqual([device.index, device.status, device.owner], [1, 'enabled', 'fleet']);
  const [enrolled, issued] = audit.events.slice(-2);
  assert.deepEqual([enrolled?.actor, enrolled?.action, enrolled?.resource], [BY, 'enrol', 'device:truck-7']);
  assert.deepEqual(
    [issued?.action, issued?.digest],
    ['issue-certificate', parsed.fingerprint256.replaceAll(':', '').toLowerCase()],
  );
  for (const table of ['identity_device', 'identity_certificate']) {
    for (const row of await catalogue.all(`SELECT * FROM ${table}`)) {
      for (const value of Object.values(row)) assert.ok(!Buffer.from(String(value)).includes('PRIVATE'));
    }
  }
});

test('enrol() without a log gives nothing and leaves nothing', async (t) => {
  const { identity, audit, catalogue } = await openTrust(t);
  audit.broken = true;
  await assert.rejects(identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, BY));
  assert.equal(identity.inventory.find('truck-7'), null);
  assert.equal((await catalogue.all('SELECT * FROM identity_certificate')).length, 0);
});

test('a name maps to one entry, also when two enrol it at once', async (t) => {
  const { identity } = await openTrust(t);
  const tries = await Promise.allSettled(
    Array.from({ length: 4 }, () => identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, BY)),
  );
  const failures = tries.filter((outcome) => outcome.status === 'rejected');
  assert.equal(failures.length, 3);
  for (const { reason } of failures) assert.equal((reason as { code: string }).code, 'IDENTITY_DEVICE_EXISTS');
  assert.equal((await identity.inventory.show('truck-7')).serials.length, 1);
});

test('indexes count up from the prober and survive a restart', async (t) => {
  const { identity, reopenIdentity } = await openTrust(t);
  for (const name of ['a', 'b', 'c']) await identity.inventory.enrol({ name, type: 'reefer' }, BY);
  const indexes = (devices: readonly { name: string; index: number }[]): unknown =>
    devices.map(({ name, index }) => [name, index]);
  const expected = [
    [PROBE_DEVICE, 0],
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ];
  assert.deepEqual(indexes(identity.inventory.live.snapshot().devices), expected);
  const { inventory } = await reopenIdentity();
  assert.deepEqual(new Set(inventory.live.snapshot().devices), new Set(identity.inventory.live.snapshot().devices));
  assert.equal((await inventory.enrol({ name: 'd', type: 'reefer' }, BY)).device.index, 4);
});

test('disable() and enable() change the directory and tell listeners, in order', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { inventory } = identity;
  const changes: DirectoryChange[] = [];
  const stop = inventory.live.onChange((change) => changes.push(change));
  await inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  assert.equal((await inventory.disable('a', BY)).status, 'disabled');
  assert.equal(inventory.find('a')?.status, 'disabled');
  assert.equal((await inventory.enable('a', BY)).status, 'enabled');
  stop();
  await inventory.disable('a', BY);
  assert.deepEqual(
    changes.map(({ version, device }) => [version, device.name, device.status]),
    [
      [1, 'a', 'enabled'],
      [2, 'a', 'disabled'],
      [3, 'a', 'enabled'],
    ],
  );
  assert.equal(inventory.live.snapshot().version, 4);
  assert.deepEqual(
    audit.events.slice(-3).map(({ action }) => action),
    ['disable-device', 'enable-device', 'disable-device'],
  );
  await assert.rejects(inventory.disable('nobody', BY), { code: 'IDENTITY_DEVICE_UNKNOWN' });
});

test('speaksFor() follows the template', async (t) => {
  const { identity, reopenIdentity } = await openTrust(t);
  await identity.inventory.enrol({ name: 'gate', type: 'plc' }, BY);
  await identity.inventory.enrol({ name: 'truck', type: 'reefer' }, BY);
  assert.deepEqual((await identity.inventory.speaksFor('gate', ['valve', 'valve'], BY)).speaksFor, ['valve']);
  assert.deepEqual((await reopenIdentity()).inventory.find('gate')?.speaksFor, ['valve']);
  await assert.rejects(identity.inventory.speaksFor('gate', ['reefer'], BY), { code: 'IDENTITY_TYPE_INVALID' });
  await assert.rejects(identity.inventory.speaksFor('truck', ['valve'], BY), { code: 'IDENTITY_TYPE_INVALID' });
  assert.deepEqual((await identity.inventory.speaksFor('gate', [], BY)).speaksFor, []);
});

test('renew() adds a certificate, and one past its end leaves the entry', async (t) => {
  const clock = frozenClock();
  const { identity, reopenIdentity } = await openTrust(t, { clock });
  await identity.inventory.enrol({ name: 'a', type: 'reefer', life: days(10) }, BY);
  clock.advance(days(5));
  const renewed = await identity.inventory.renew('a', days(10), BY);
  assert.equal(renewed.device.serials.length, 2);
  clock.advance(days(6));
  const { inventory } = await reopenIdentity();
  assert.deepEqual(inventory.find('a')?.serials, [new X509Certificate(renewed.certificate).serialNumber]);
  await assert.rejects(inventory.renew('nobody', days(1), BY), { code: 'IDENTITY_DEVICE_UNKNOWN' });
  assert.equal((await inventory.renew(PROBE_DEVICE, days(1), 'weir:control')).device.name, PROBE_DEVICE);
});

test('list() shows no prober; recordSeen() only moves forward', async (t) => {
  const { identity } = await openTrust(t);
  const { inventory } = identity;
  for (const name of ['b', 'a']) await inventory.enrol({ name, type: 'reefer' }, BY);
  await inventory.recordSeen(
    new Map([
      ['a', micros(20)],
      ['nobody', micros(9)],
    ]),
  );
  await inventory.recordSeen(new Map([['a', micros(10)]]));
  assert.deepEqual(
    (await inventory.list()).map(({ name, lastSeen }) => [name, lastSeen]),
    [
      ['a', 20],
      ['b', null],
    ],
  );
});

test('a damaged entry is named, left out, and stops nobody else', async (t) => {
  const { identity, reopenIdentity, catalogue, errors } = await openTrust(t);
  for (const name of ['a', 'b']) await identity.inventory.enrol({ name, type: 'reefer' }, BY);
  await catalogue.run("UPDATE identity_device SET status = 'enabled', type = 'plc' WHERE name = 'a'");
  const { inventory } = await reopenIdentity();
  assert.equal(inventory.find('a'), null);
  assert.equal(inventory.find('b')?.name, 'b');
  assert.ok(errors.some((message) => /identity_device.*"a"/.test(message)));
  await assert.rejects(inventory.show('a'), { code: 'STORAGE_ROW_DAMAGED' });
});

test('names from outside never reach an object', async (t) => {
  const { identity } = await openTrust(t);
  for (const name of ['__proto__', 'constructor', 'toString', '']) assert.equal(identity.inventory.find(name), null);
  const { device } = await identity.inventory.enrol({ name: 'constructor', type: 'reefer' }, BY);
  assert.equal(identity.inventory.find('constructor')?.index, device.index);
});

test('describe() and recordPosture() change what is known, and log the names of it', async (t) => {
  const clock = frozenClock();
  const declared = { ...DECLARED, postureFresh: () => hours(1), profile: () => PROFILE };
  const { identity, audit, reopenIdentity } = await openTrust(t, { clock, declared });
  const { inventory } = identity;
  await inventory.enrol({ name: 'a', type: 'reefer', owner: 'fleet' }, BY);
  const ends = Date.UTC(2030, 0, 1) * 1_000;
  const described = await inventory.describe('a', { firmware: '1.2', profile: { supportEnds: ends } }, BY);
  assert.deepEqual([described.owner, described.firmware, described.profile?.endsIn], ['fleet', '1.2', 2030]);
  assert.deepEqual(audit.events.at(-1)?.detail, { fields: 'firmware profile' });
  assert.equal((await inventory.disown('a', BY)).owner, null);
  assert.deepEqual(audit.events.at(-1)?.detail, { fields: 'owner' });
  assert.equal(described.posture.state, 'unknown');
  assert.equal((await inventory.recordPosture('a', { state: 'good', detail: null }, BY)).posture.state, 'good');
  clock.advance(hours(2));
  const { inventory: later } = await reopenIdentity();
  const shown = await later.show('a');
  assert.equal(shown.owner, null);
  assert.deepEqual([shown.posture.state, shown.firmware, shown.profile?.endsBecause], ['stale', '1.2', 'support']);
  await assert.rejects(later.describe('nobody', {}, BY), { code: 'IDENTITY_DEVICE_UNKNOWN' });
  await assert.rejects(later.describe('a', { model: 'x'.repeat(201) }, BY), { code: 'IDENTITY_DEVICE_INVALID' });
  await assert.rejects(later.recordPosture('nobody', { state: 'bad', detail: null }, BY), {
    code: 'IDENTITY_DEVICE_UNKNOWN',
  });
});

test('enrol() refuses a device that cannot be served, with the reason, and leaves nothing', async (t) => {
  const declared = { ...DECLARED, profile: () => PROFILE };
  const { identity, audit } = await openTrust(t, { declared });
  const before = audit.events.length;
  await assert.rejects(
    identity.inventory.enrol({ name: 'a', type: 'reefer', profile: { supportEnds: 1 } }, BY),
    (error: Error & { code: string }) => error.code === 'IDENTITY_PROFILE_REFUSED' && /support/.test(error.message),
  );
  assert.equal(identity.inventory.find('a'), null);
  assert.equal(audit.events.length, before);
});

test('recordSeen() keeps the first time and the last few addresses', async (t) => {
  const { identity } = await openTrust(t);
  const { inventory } = identity;
  await inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  for (const [at, address] of ['A', 'B', 'A', 'C', 'D', 'E'].entries()) {
    await inventory.recordSeen(new Map([['a', micros(at + 1)]]), new Map([['a', address]]));
  }
  const { firstSeen, lastSeen, addresses } = await inventory.show('a');
  assert.deepEqual([firstSeen, lastSeen, addresses], [1, 6, ['E', 'D', 'C', 'A']]);
});
