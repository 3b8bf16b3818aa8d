import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBE_DEVICE } from '#base/core/index.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { DirectoryChange } from '../device-directory.ts';
import { RevokedSet } from './revoked-set.ts';

const BY = 'person:p1';

test('revoke() of a device logs every certificate first, then puts it out for ever', async (t) => {
  const { identity, audit, reopenIdentity } = await openTrust(t);
  const { inventory, revocations } = identity;
  await inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  const { device } = await inventory.renew('a', 86_400_000 as never, BY);
  const seen: string[] = [];
  inventory.live.onChange(({ device: { name, status, serials } }) => seen.push(`${name} ${status} ${serials.length}`));
  revocations.onRevoked((serials) => seen.push(`revoked ${serials.length}, log ${audit.events.at(-1)?.action}`));
  const done = await revocations.revoke({ kind: 'device', name: 'a' }, 'keyCompromise', BY);
  assert.deepEqual([done.devices, new Set(done.serials)], [['a'], new Set(device.serials)]);
  assert.deepEqual(seen, ['a revoked 0', 'revoked 2, log revoke']);
  const entry = audit.events.at(-1);
  assert.deepEqual([entry?.resource, entry?.reason, entry?.actor], ['device:a', 'keyCompromise', BY]);
  for (const serial of device.serials) assert.match(JSON.stringify(entry?.detail), new RegExp(serial));
  for (const { inventory: now, revocations: then } of [identity, await reopenIdentity()]) {
    assert.equal(now.find('a')?.status, 'revoked');
    assert.deepEqual(now.find('a')?.serials, []);
    await assert.rejects(now.enable('a', BY), { code: 'IDENTITY_DEVICE_INVALID' });
    await assert.rejects(now.renew('a', 86_400_000 as never, BY), { code: 'IDENTITY_DEVICE_INVALID' });
    await assert.rejects(then.revoke({ kind: 'device', name: 'a' }, 'unspecified', BY), {
      code: 'IDENTITY_REVOCATION_INVALID',
    });
    const set = RevokedSet.create(64);
    set.addPacked(await then.packed());
    for (const serial of device.serials) assert.ok(set.has(serial));
    assert.equal(set.size, 2);
    assert.equal((await then.find(device.serials[0] ?? ''))?.reason, 1);
  }
});

test('revoke() of one serial leaves the device and its other certificate', async (t) => {
  const { identity } = await openTrust(t);
  const first = await identity.inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  const second = await identity.inventory.renew('a', 86_400_000 as never, BY);
  const [serial = ''] = first.device.serials;
  const done = await identity.revocations.revoke({ kind: 'serial', serial }, 'superseded', BY);
  assert.deepEqual([done.devices, done.serials], [[], [serial]]);
  const entry = identity.inventory.find('a');
  assert.deepEqual([entry?.status, entry?.serials], ['enabled', second.device.serials.filter((one) => one !== serial)]);
  assert.equal((await identity.inventory.show('a')).serials.length, 1);
});

test('revoke() by type and by authority spares the platform’s own and whoever asks', async (t) => {
  const { identity } = await openTrust(t);
  const { inventory, revocations, people } = identity;
  for (const name of ['a', 'b']) await inventory.enrol({ name, type: 'reefer' }, BY);
  await inventory.enrol({ name: 'c', type: 'plc' }, BY);
  await inventory.renew(PROBE_DEVICE, 86_400_000 as never, BY);
  const changes: DirectoryChange[] = [];
  inventory.live.onChange((change) => changes.push(change));
  assert.deepEqual((await revocations.revoke({ kind: 'type', type: 'reefer' }, 'unspecified', BY)).devices, ['a', 'b']);
  assert.deepEqual(
    changes.map(({ device }) => device.name),
    ['a', 'b'],
  );
  assert.equal(inventory.find('c')?.status, 'enabled');
  await identity.issueOperator(BY);
  const own = await identity.issueOperator(BY);
  const [spared] = await revocations.certificatesFor('client', 'operator').then((rows) => rows.slice(-1));
  assert.ok(own.certificate !== '' && spared !== undefined);
  const done = await revocations.revoke({ kind: 'issuer', generation: 1 }, 'cACompromise', BY, spared.serial);
  assert.deepEqual([done.devices, done.serials.length], [[], 2], 'device c and the other operator credential');
  assert.deepEqual(inventory.find('c')?.serials, []);
  assert.equal(inventory.find(PROBE_DEVICE)?.serials.length, 1);
  assert.equal((await people.signInWithCertificate('operator', spared.serial)).outcome, 'ok');
  const other = done.serials.find((serial) => serial !== spared.serial);
  assert.notEqual(other, undefined);
  for (const target of [{ kind: 'type', type: 'reefer' } as const, { kind: 'issuer', generation: 9 } as const]) {
    await assert.rejects(revocations.revoke(target, 'unspecified', BY), { code: 'IDENTITY_REVOCATION_INVALID' });
  }
});

test('revoke() without a log changes nothing', async (t) => {
  const { identity, audit } = await openTrust(t);
  await identity.inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  audit.broken = true;
  await assert.rejects(identity.revocations.revoke({ kind: 'device', name: 'a' }, 'unspecified', BY));
  assert.equal(identity.inventory.find('a')?.status, 'enabled');
  assert.equal((await identity.inventory.show('a')).serials.length, 1);
});

test('revoke() knows what is not there', async (t) => {
  const { identity } = await openTrust(t);
  const revoke = (target: Parameters<typeof identity.revocations.revoke>[0]) =>
    identity.revocations.revoke(target, 'unspecified', BY);
  await assert.rejects(revoke({ kind: 'device', name: 'ghost' }), { code: 'IDENTITY_DEVICE_UNKNOWN' });
  await assert.rejects(revoke({ kind: 'device', name: PROBE_DEVICE }), { code: 'IDENTITY_DEVICE_UNKNOWN' });
  await assert.rejects(revoke({ kind: 'serial', serial: '0A' }), { code: 'IDENTITY_CERTIFICATE_UNKNOWN' });
});

test('a device is not enabled by what was on its way when it was revoked', async (t) => {
  const { identity } = await openTrust(t);
  const { inventory, revocations } = identity;
  await inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  const racing = await Promise.allSettled([
    revocations.revoke({ kind: 'device', name: 'a' }, 'unspecified', BY),
    inventory.enable('a', BY),
    inventory.renew('a', 86_400_000 as never, BY),
    inventory.disable('a', BY),
  ]);
  assert.equal(racing[0]?.status, 'fulfilled');
  assert.equal(inventory.find('a')?.status, 'revoked');
  assert.equal((await inventory.show('a')).status, 'revoked');
});

test('a device that is revoked while its next certificate is made is not given it', async (t) => {
  const { identity, audit, catalogue } = await openTrust(t);
  const { inventory, revocations } = identity;
  await inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  const append = audit.append.bind(audit);
  let revoked = false;
  audit.append = async (event) => {
    if (event.action === 'issue-certificate' && !revoked) {
      revoked = true;
      await revocations.revoke({ kind: 'device', name: 'a' }, 'keyCompromise', BY);
    }
    return append(event);
  };
  await assert.rejects(inventory.renew('a', 86_400_000 as never, BY), { code: 'IDENTITY_DEVICE_INVALID' });
  const states = await catalogue.all(`SELECT state FROM identity_certificate WHERE holder = 'a'`);
  assert.deepEqual(
    states.map(({ state }) => state),
    ['revoked'],
  );
});

test('pages() walks through all rows, more than a page of them', async (t) => {
  const { identity } = await openTrust(t);
  const rows = Array.from({ length: 4_100 }, (_, n) => ({
    serial: `4${n.toString(16).padStart(31, '0')}`.toUpperCase(),
    fingerprint: `f${n}`,
    holder_kind: 'device',
    holder: 'gone',
    issuer: 1,
    state: 'valid',
    created: 1,
    expires: 2,
    key_digest: null,
    sealed: null,
  }));
  await identity.revocations.withdraw([], rows, 'unspecified', 5 as never);
  assert.equal((await identity.revocations.packed()).length, 4_100 * 16);
  assert.equal(await identity.revocations.count({ issuer: 1 }), 4_100);
});
