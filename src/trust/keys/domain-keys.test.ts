import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openKeys } from '../../../test/support/open-trust.ts';
import type { OpenKeys } from '../../../test/support/open-trust.ts';
import { DomainKeys } from './domain-keys.ts';
import { EpochKeys } from './epoch-keys.ts';
import { makeKeyLog } from './key-log.ts';
import { RotatingRowSealer } from './row-keys.ts';
import { UseMeter } from './use-meter.ts';

async function openDomains(t: TestContext): Promise<OpenKeys & { readonly open: () => Promise<DomainKeys> }> {
  const opened = await openKeys(t);
  const { catalogue, custody, audit } = opened;
  const log = makeKeyLog(audit);
  const open = async (): Promise<DomainKeys> => {
    const meter = new UseMeter();
    const sealer = await RotatingRowSealer.open('catalogue', { custody, log, random, meter });
    const epochs = await EpochKeys.open({ custody, log, random, meter });
    return new DomainKeys({ catalogue, custody, epochs, sealer, log, meter, clock, random });
  };
  return { ...opened, open };
}

const material = new Uint8Array(32).fill(9);

test('active() makes one key per stream and domain, however many ask at once', async (t) => {
  const { open, audit, catalogue } = await openDomains(t);
  const domains = await open();
  const before = audit.events.length;
  await Promise.all(Array.from({ length: 10 }, () => domains.active('climate', 'health')));
  assert.equal(audit.events.length, before + 1);
  await domains.active('climate', 'location');
  await domains.active('pumps', 'health');
  assert.equal((await catalogue.all('SELECT * FROM keys_domain')).length, 3);
});

test('unwrap() undoes wrap() after a restart, in the same stream and domain only', async (t) => {
  const { open } = await openDomains(t);
  const domains = await open();
  for (const stream of ['climate', 'pumps']) await domains.active(stream, 'health');
  const { wrap } = await domains.wrap('climate', 'health', 'handle', material);
  const again = await open();
  assert.deepEqual(new Uint8Array((await again.unwrap('climate', 'health', 1, 'handle', wrap)) ?? []), material);
  const damaged = { code: 'KEYS_KEY_DAMAGED' };
  await assert.rejects(again.unwrap('pumps', 'health', 1, 'handle', wrap), damaged);
  await assert.rejects(again.unwrap('climate', 'health', 1, 'other', wrap), damaged);
  await assert.rejects(again.unwrap('climate', 'health', 1, 'handle', wrap.with(30, wrap[30]! ^ 1)), damaged);
});

test('a domain key that is not there or was destroyed opens nothing', async (t) => {
  const { open, custody } = await openDomains(t);
  const domains = await open();
  assert.equal(await domains.unwrap('climate', 'health', 1, 'handle', material), null);
  assert.throws(() => domains.wrapNow('climate', 'health', 'handle', material), { code: 'KEYS_UNKNOWN' });
  const { version, wrap } = await domains.wrap('pumps', 'health', 'handle', material);
  await custody.keep('epoch-2', random.bytes(32));
  await custody.destroy('epoch-1');
  assert.equal(await (await open()).unwrap('pumps', 'health', version, 'handle', wrap), null);
});

test('active() makes nothing while the log cannot be written, and works when it returns', async (t) => {
  const { open, audit, catalogue } = await openDomains(t);
  const domains = await open();
  audit.broken = true;
  await assert.rejects(domains.active('climate', 'health'));
  assert.equal((await catalogue.all('SELECT * FROM keys_domain')).length, 0);
  audit.broken = false;
  assert.equal(await domains.active('climate', 'health'), 1);
});

test('rotate() has the next version wrap; the one before opens and never wraps again', async (t) => {
  const { open, audit } = await openDomains(t);
  const domains = await open();
  const old = await domains.wrap('climate', 'health', 'handle', material);
  assert.equal(await domains.rotate('person:ada', 'climate', 'health'), 2);
  assert.deepEqual(
    audit.events.slice(-2).map(({ action, actor }) => [action, actor]),
    [
      ['create-keys', 'person:ada'],
      ['retire-keys', 'person:ada'],
    ],
  );
  for (const now of [domains, await open()]) {
    assert.equal((await now.wrap('climate', 'health', 'handle', material)).version, 2);
    assert.deepEqual(new Uint8Array((await now.unwrap('climate', 'health', 1, 'handle', old.wrap)) ?? []), material);
  }
  await assert.rejects(domains.rotate('person:ada', 'climate', 'location'), { code: 'KEYS_UNKNOWN' });
});

test('destroy() leaves nothing to open, also for who had the key in memory; the next one gets a new number', async (t) => {
  const { open } = await openDomains(t);
  const domains = await open();
  const { wrap } = await domains.wrap('climate', 'health', 'handle', material);
  const [version] = await domains.list();
  if (version === undefined) throw new Error('no version');
  await domains.destroy('person:ada', version);
  assert.equal(await domains.unwrap('climate', 'health', 1, 'handle', wrap), null);
  assert.equal(await (await open()).unwrap('climate', 'health', 1, 'handle', wrap), null);
  assert.equal(await domains.active('climate', 'health'), 2);
});

test('retire() has the next version made when it is needed', async (t) => {
  const { open } = await openDomains(t);
  const domains = await open();
  await domains.active('climate', 'health');
  const [version] = await domains.list();
  if (version === undefined) throw new Error('no version');
  await domains.retire('person:ada', version);
  assert.deepEqual(
    (await domains.list()).map(({ state }) => state),
    ['retired'],
  );
  assert.equal(await domains.active('climate', 'health'), 2);
});
