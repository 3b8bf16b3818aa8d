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
import { openRowSealer } from './row-keys.ts';

async function openDomains(t: TestContext): Promise<OpenKeys & { readonly open: () => Promise<DomainKeys> }> {
  const opened = await openKeys(t);
  const { catalogue, custody, audit } = opened;
  const log = makeKeyLog(audit);
  const open = async (): Promise<DomainKeys> => {
    const sealer = await openRowSealer(custody, 'catalogue', log, random);
    const epochs = await EpochKeys.open(custody, log, random);
    return new DomainKeys({ catalogue, custody, epochs, sealer, log, clock, random });
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
  const wrap = await domains.wrap('climate', 'health', 1, 'handle', material);
  const again = await open();
  assert.deepEqual(new Uint8Array((await again.unwrap('climate', 'health', 1, 'handle', wrap)) ?? []), material);
  const damaged = { code: 'KEYS_KEY_DAMAGED' };
  await assert.rejects(again.unwrap('pumps', 'health', 1, 'handle', wrap), damaged);
  await assert.rejects(again.unwrap('climate', 'health', 1, 'other', wrap), damaged);
  await assert.rejects(again.unwrap('climate', 'health', 1, 'handle', wrap.with(30, 1)), damaged);
});

test('a domain key that is not there or was destroyed opens nothing', async (t) => {
  const { open, custody } = await openDomains(t);
  const domains = await open();
  assert.equal(await domains.unwrap('climate', 'health', 1, 'handle', material), null);
  await assert.rejects(domains.wrap('climate', 'health', 7, 'handle', material), { code: 'KEYS_UNKNOWN' });
  const version = await domains.active('pumps', 'health');
  const wrap = await domains.wrap('pumps', 'health', version, 'handle', material);
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
