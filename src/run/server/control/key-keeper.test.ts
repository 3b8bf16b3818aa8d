import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { KeyKeeper } from './key-keeper.ts';

test('KeyKeeper shows ticket keys beside the hierarchy, and rotates them once that is logged', async (t) => {
  const { keys, custody, audit } = await openKeys(t);
  const tickets = {
    tickets: { version: 1, since: clock.now() },
    rotateTickets: async () => void (tickets.tickets.version += 1),
  };
  const keeper = new KeyKeeper({ keys, custody, audit, clock, random, tickets: () => tickets, written: () => [] });
  assert.equal((await keeper.rotate('person:ada', 'ticket', '')).version, 2);
  assert.deepEqual([audit.events.at(-1)?.action, audit.events.at(-1)?.resource], ['rotate-keys', 'keys:ticket']);
  const listed = await keeper.list();
  assert.equal(listed.custody, 'demo');
  assert.deepEqual(
    listed.keys.map(({ kind, version }) => `${kind} ${version}`),
    ['root 1', 'epoch 1', 'rows 1', 'ticket 2'],
  );
  audit.broken = true;
  await assert.rejects(keeper.rotate('person:ada', 'ticket', ''));
  assert.equal(tickets.tickets.version, 2);
});

test('KeyKeeper hands the rest to the hierarchy', async (t) => {
  const { keys, custody, audit } = await openKeys(t);
  const tickets = { tickets: { version: 1, since: 0 }, rotateTickets: async () => {} };
  const keeper = new KeyKeeper({ keys, custody, audit, clock, random, tickets: () => tickets, written: () => [] });
  await keeper.rotate('person:ada', 'epoch', '');
  await keeper.retire('person:ada', 'epoch', '');
  assert.equal((await keeper.destroy('person:ada', 'epoch', '', 1, false)).version, 1);
  const epochs = (await keeper.list()).keys.filter(({ kind }) => kind === 'epoch');
  assert.deepEqual(
    epochs.map(({ version, state }) => [version, state]),
    [
      [2, 'retired'],
      [3, 'active'],
    ],
  );
});

test('KeyKeeper does not rotate what tokens are shown under while policies or views name tokens, but by force', async (t) => {
  const { keys, custody, audit } = await openKeys(t);
  const tickets = { tickets: { version: 1, since: 0 }, rotateTickets: async () => {} };
  let written = ['select * from climate', 'forbid … when { resource.driver == "t1-bgxgseuu4himrusw" };'];
  const keeper = new KeyKeeper({ keys, custody, audit, clock, random, tickets: () => tickets, written: () => written });
  await keys.digestKey('token:drivers');
  await assert.rejects(keeper.rotate('person:ada', 'token', 'drivers'), {
    code: 'KEYS_VERSION_NEEDED',
    message: /t1-bgxgseuu4himrusw/,
  });
  assert.equal((await keeper.rotate('person:ada', 'token', 'drivers', true)).version, 2);
  written = [];
  assert.equal((await keeper.rotate('person:ada', 'token', 'drivers')).version, 3);
});

test('KeyKeeper rotates the keys by which the gateway makes digests, once that is logged', async (t) => {
  const { keys, custody, audit } = await openKeys(t);
  const tickets = { tickets: { version: 1, since: 0 }, rotateTickets: async () => {} };
  const keeper = new KeyKeeper({ keys, custody, audit, clock, random, tickets: () => tickets, written: () => [] });
  await custody.keep('refusal-digest', new Uint8Array(32));
  assert.equal((await keeper.rotate('person:ada', 'gateway', 'refusal-digest')).version, 2);
  const { action, resource, detail } = audit.events.at(-1)!;
  assert.deepEqual([action, resource, detail], ['rotate-keys', 'keys:gateway', { name: 'refusal-digest' }]);
  assert.equal((await keeper.rotate('person:ada', 'gateway', 'content-hash')).version, 1);
  const listed = (await keeper.list()).keys.filter(({ kind }) => kind === 'gateway');
  assert.deepEqual(listed.map(({ name, version }) => `${name} ${version}`), ['content-hash 1', 'refusal-digest 2']); // prettier-ignore
  await assert.rejects(keeper.rotate('person:ada', 'gateway', 'log-ed25519'), { code: 'KEYS_UNKNOWN' });
  audit.broken = true;
  await assert.rejects(keeper.rotate('person:ada', 'gateway', 'refusal-digest'));
  assert.equal(await custody.fetch('refusal-digest-3'), null);
});
