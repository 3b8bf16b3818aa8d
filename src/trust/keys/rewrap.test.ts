import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openKeys } from '../../../test/support/open-trust.ts';
import { DomainKeys } from './domain-keys.ts';
import { EpochKeys } from './epoch-keys.ts';
import { makeKeyLog } from './key-log.ts';
import { Rewrap } from './rewrap.ts';
import { RotatingRowSealer } from './row-keys.ts';
import { UseMeter } from './use-meter.ts';

const USE = { actor: 'person:ada', resource: 'view:climate' };

const SEGMENTS = 600;
const KEYS = SEGMENTS * 2;

/** Six hundred blocks of two keys, more than one batch, and what seals them again. */
async function openRewrap(t: TestContext) {
  const opened = await openKeys(t);
  const { catalogue, custody, audit, keys } = opened;
  const columns = ['pulse', 'oxygen'].map((column) => ({ column, domain: 'health' }));
  const handles: string[] = [];
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    handles.push(...(await keys.newDataKeys('weir:store', 'climate', columns)).map(({ handle }) => handle));
  }
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  const parts = { custody, log: makeKeyLog(audit), random, meter: new UseMeter() };
  const sealer = await RotatingRowSealer.open('catalogue', parts);
  const epochs = await EpochKeys.open(parts);
  const context = { ...parts, catalogue, epochs, sealer, clock };
  const domains = new DomainKeys(context);
  return { ...opened, handles, epochs, domains, rewrap: new Rewrap(context, domains) };
}

test('toCurrentEpoch() seals again every wrap of older epochs, over many batches', async (t) => {
  const { rewrap, epochs, reopen, handles } = await openRewrap(t);
  assert.equal(await rewrap.countEpoch(1), KEYS + 1);
  await epochs.begin('person:ada');
  assert.equal(await rewrap.toCurrentEpoch(), KEYS + 1);
  assert.deepEqual([await rewrap.countEpoch(1), await rewrap.countEpoch(2)], [0, KEYS + 1]);
  await epochs.destroy('person:ada', 1);
  assert.equal((await (await reopen()).unwrapDataKeys(USE, handles)).size, KEYS);
});

test('toActiveDomain() wraps again what another version wrapped', async (t) => {
  const { rewrap, domains, reopen, handles } = await openRewrap(t);
  await domains.rotate('person:ada', 'climate', 'health');
  assert.equal(await rewrap.toActiveDomain('climate', 'health', 1), KEYS);
  assert.deepEqual(
    [await rewrap.countDomain('climate', 'health', 1), await rewrap.countDomain('climate', 'health', 2)],
    [0, KEYS],
  );
  assert.equal((await (await reopen()).unwrapDataKeys(USE, handles)).size, KEYS);
  assert.equal(await rewrap.toActiveDomain('climate', 'health', 9), 0, 'a version that is not there wrapped nothing');
});

test('a damaged row is left as it is, holds nothing up, and counts as held', async (t) => {
  const { rewrap, epochs, catalogue, handles } = await openRewrap(t);
  await catalogue.run('UPDATE keys_data SET column = ? WHERE handle = ?', ['other', handles[5]?.split('.')[0] ?? '']);
  await epochs.begin('person:ada');
  assert.equal(await rewrap.toCurrentEpoch(), KEYS - 1);
  assert.equal(await rewrap.countEpoch(1), 2, 'the keys of the damaged block');
});
