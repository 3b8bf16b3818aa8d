import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, micros, seconds } from '#base/core/index.ts';
import { LoggedChanges } from '../logged-changes.ts';
import type { Continuity, LogGap } from './continuity.ts';
import type { LoggedEvent } from './log-fold.ts';
import { copyOf, openLogged } from './testing.ts';

const BY = 'person:p1';

test('whatever older catalogue is restored, nothing that was revoked or disabled is good again', async (t) => {
  const world = await openLogged(t);
  const { inventory, revocations } = world.identity;
  const certificates: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const { device } = await inventory.enrol({ name, type: name === 'e' ? 'plc' : 'reefer' }, BY);
    certificates.push(device.serials[0] ?? '');
  }
  const copies = [await copyOf(world)];
  const step = async (change: () => Promise<unknown>): Promise<void> => {
    world.clock.advance(seconds(1));
    await change();
    copies.push(await copyOf(world));
  };
  await step(() => revocations.revoke({ kind: 'device', name: 'a' }, 'keyCompromise', BY));
  await step(() => inventory.disable('b', BY));
  await step(() => inventory.renew('c', days(1), BY));
  await step(() => revocations.revoke({ kind: 'serial', serial: certificates[2] ?? '' }, 'superseded', BY));
  await step(() => inventory.disable('d', BY));
  await step(() => inventory.enable('d', BY));
  await step(() => revocations.revoke({ kind: 'type', type: 'plc' }, 'unspecified', BY));
  const expected = { a: 'revoked', b: 'disabled', c: 'enabled', d: 'enabled', e: 'revoked' };
  for (const [at, restore] of copies.entries()) {
    await restore();
    const now = await world.restart();
    for (const [name, status] of Object.entries(expected)) {
      assert.equal(now.inventory.find(name)?.status, status, `${name} after copy ${at}`);
      assert.equal((await now.inventory.show(name)).status, status);
    }
    for (const [serial, reason] of [
      [certificates[0], 1],
      [certificates[2], 4],
      [certificates[4], 0],
    ] as const) {
      assert.equal((await now.revocations.find(serial ?? ''))?.reason, reason, `copy ${at}`);
      for (const device of now.inventory.live.snapshot().devices) assert.ok(!device.serials.includes(serial ?? ''));
    }
    assert.deepEqual(await now.continuity.gaps(), [], `copy ${at} is older, the log is whole`);
    assert.ok(now.inventory.find('d')?.serials.includes(certificates[3] ?? ''));
  }
});

test('a revoked certificate that the restored catalogue never knew stands in lists again', async (t) => {
  const world = await openLogged(t);
  const restore = await copyOf(world);
  const { device } = await world.identity.inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  await world.identity.revocations.revoke({ kind: 'device', name: 'a' }, 'keyCompromise', BY);
  await restore();
  const now = await world.restart();
  assert.equal(now.inventory.find('a'), null, 'and the device is unknown, so it cannot come in');
  const row = await now.revocations.find(device.serials[0] ?? '');
  assert.deepEqual([row?.reason, row?.holder, row?.issuer], [1, 'a', 1]);
  assert.ok((row?.expires ?? 0) > world.clock.now());
});

test('a crash between the log and the rows is made good at the next start', async (t) => {
  const world = await openLogged(t);
  await world.identity.inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  const restore = await copyOf(world);
  await world.identity.revocations.revoke({ kind: 'device', name: 'a' }, 'unspecified', BY);
  await restore();
  const now = await world.restart();
  assert.equal((await now.inventory.show('a')).status, 'revoked');
});

test('a revocation that could not be stored is not undone by a stop and a start', async (t) => {
  const world = await openLogged(t);
  const { continuity, inventory, revocations } = world.identity;
  const { device } = await inventory.enrol({ name: 'a', type: 'reefer' }, BY);
  await continuity.mark(world.history());
  const whole = world.catalogue.transaction.bind(world.catalogue);
  world.catalogue.transaction = () => Promise.reject(new Error('the disk is full'));
  await assert.rejects(revocations.revoke({ kind: 'device', name: 'a' }, 'keyCompromise', BY), /disk is full/);
  world.catalogue.transaction = whole;
  assert.equal(inventory.find('a')?.status, 'revoked', 'it counts all the same');
  await continuity.mark(world.history());
  const now = await world.restart();
  assert.equal((await now.inventory.show('a')).status, 'revoked');
  assert.equal((await now.revocations.find(device.serials[0] ?? ''))?.reason, 1);
});

test('what a later room has not stored is read again at the next start', async (t) => {
  const world = await openLogged(t);
  const changes = new LoggedChanges();
  const seen: string[] = [];
  const holder = {
    changes,
    replay: () => ({ take: ({ event }: LoggedEvent) => void seen.push(event.action), apply: async () => undefined }),
    suspend: async () => 0,
  };
  const start = async (): Promise<Continuity> => {
    const { continuity } = await world.reopenIdentity();
    continuity.hold(holder);
    await continuity.replay(world.history());
    return continuity;
  };
  const continuity = await start();
  const entry = { actor: BY, action: 'withdraw-consent', resource: 'consent:1', outcome: 'done' } as const;
  await assert.rejects(changes.during(() => world.audit.append(entry).then(() => Promise.reject(new Error('full')))));
  await continuity.mark(world.history());
  await start();
  assert.deepEqual(seen.slice(-1), ['withdraw-consent']);
});

test('a log that is older than the catalogue is a gap: everything waits until it is confirmed', async (t) => {
  const world = await openLogged(t);
  const { inventory } = world.identity;
  for (const name of ['a', 'b']) await inventory.enrol({ name, type: 'reefer' }, BY);
  await inventory.enrol({ name: 'c', type: 'plc' }, BY);
  await world.identity.continuity.mark(world.history());
  const lost = world.audit.events.splice(-2);
  assert.equal(lost.length, 2);
  const now = await world.restart();
  const [gap] = await now.continuity.gaps();
  assert.deepEqual(
    [gap?.knownBy, gap?.to],
    ['catalogue', world.audit.events.findIndex((e) => e.action === 'suspend-certificates') + 2],
  );
  for (const name of ['a', 'b', 'c']) {
    assert.deepEqual(now.inventory.find(name)?.serials, [], name);
    assert.equal(now.inventory.find(name)?.suspended?.length, 1, name);
  }
  assert.equal(await now.continuity.suspended(), 3);
  assert.equal((await now.revocations.packed()).length, 0, 'suspended is not revoked');
  assert.equal(world.audit.events.at(-1)?.action, 'suspend-certificates');

  // What is enrolled after it was found is good, and the gap is not found again.
  world.clock.advance(seconds(1));
  await now.inventory.enrol({ name: 'd', type: 'reefer' }, BY);
  const later = await world.restart();
  assert.equal(later.inventory.find('d')?.serials.length, 1);
  assert.equal((await later.continuity.gaps()).length, 1);
  assert.equal(await later.continuity.suspended(), 3);

  await assert.rejects(later.continuity.confirm({ kind: 'device', name: 'd' }, BY), {
    code: 'IDENTITY_REVOCATION_INVALID',
  });
  assert.equal(await later.continuity.confirm({ kind: 'device', name: 'a' }, BY), 1);
  assert.equal(later.inventory.find('a')?.serials.length, 1);
  assert.equal(await later.continuity.confirm({ kind: 'type', type: 'plc' }, BY), 1);
  assert.deepEqual(later.inventory.find('b')?.serials, []);
  // A confirmation survives a restore as well, and so does what still waits.
  const again = await world.restart();
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((name) => again.inventory.find(name)?.serials.length),
    [1, 0, 1, 1],
  );
});

test('a catalogue of before the gap suspends again what was not confirmed', async (t) => {
  const world = await openLogged(t);
  for (const name of ['a', 'b']) await world.identity.inventory.enrol({ name, type: 'reefer' }, BY);
  const restore = await copyOf(world);
  world.clock.advance(seconds(1));
  const gap = gapAt(world.clock.now());
  const { continuity } = world.identity;
  assert.deepEqual(await Promise.all([continuity.suspend(gap), continuity.suspend(gap)]), [2, 0], 'once');
  assert.equal(world.audit.events.filter(({ action }) => action === 'suspend-certificates').length, 1);
  await world.identity.continuity.confirm({ kind: 'device', name: 'a' }, BY);
  await restore();
  const now = await world.restart();
  assert.deepEqual([now.inventory.find('a')?.serials.length, now.inventory.find('b')?.serials.length], [1, 0]);
});

test('a list that is newer than the gap confirms all but what it names', async (t) => {
  const world = await openLogged(t);
  const { inventory, revocations, lists, continuity } = world.identity;
  for (const name of ['a', 'b']) await inventory.enrol({ name, type: 'reefer' }, BY);
  const old = await lists.full(1);
  world.clock.advance(seconds(10));
  const restore = await copyOf(world);
  const before = world.audit.events.length;
  await revocations.revoke({ kind: 'device', name: 'b' }, 'keyCompromise', BY);
  const { device: c } = await inventory.enrol({ name: 'c', type: 'reefer' }, BY);
  await revocations.revoke({ kind: 'device', name: 'c' }, 'superseded', BY);
  const newer = await lists.full(1);
  const delta = await lists.delta(1);
  // Catalogue and log both lose the revocation.
  await restore();
  world.audit.events.splice(before);
  const now = await world.restart();
  assert.equal(now.inventory.find('b')?.serials.length, 1, 'nothing here can know');
  await now.continuity.suspend(gapAt(world.clock.now()));
  for (const [der, why] of [
    [old, 'older'],
    [delta, 'delta'],
    [Uint8Array.fromHex('3000'), 'none'],
  ] as const) {
    await assert.rejects(now.continuity.confirmByList(der ?? new Uint8Array(), BY), /IDENTITY|list|DER/, why);
  }
  assert.deepEqual(await now.continuity.confirmByList(newer ?? new Uint8Array(), BY), { confirmed: 1, revoked: 1 });
  assert.deepEqual([now.inventory.find('a')?.serials.length, now.inventory.find('b')?.serials.length], [1, 0]);
  assert.equal(await continuity.suspended(), 0);
  const lost = await now.revocations.find(c.serials[0] ?? '');
  assert.equal(lost?.reason, 4, 'what nothing here knows stands in our lists as in that one');
});

function gapAt(found: number): LogGap {
  return { from: 5, to: 9, knownBy: 'witness', end: micros(found - 5_000_000), found: micros(found) };
}

test('an authority that was retired does not count again in an older catalogue', async (t) => {
  const world = await openLogged(t);
  const { authorities, retirement } = world.identity;
  await authorities.rotate(BY);
  const before = await copyOf(world);
  await retirement.retireIssuing(1, BY);
  await before();
  const now = await world.restart();
  const states = (await now.authorities.list()).map(({ role, generation, state }) => `${role} ${generation} ${state}`);
  assert.deepEqual(states, ['issuing 1 retired', 'issuing 2 signing', 'root 1 counting']);
  assert.equal(now.certificates.issuing.length, 1);
});
