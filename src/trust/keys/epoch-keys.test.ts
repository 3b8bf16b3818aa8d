import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openKeys } from '../../../test/support/open-trust.ts';
import { EpochKeys, fetchVersions } from './epoch-keys.ts';
import { makeKeyLog } from './key-log.ts';
import { UseMeter } from './use-meter.ts';

const wrap = encodeUtf8('a wrapped key');

test('open() undoes seal() across restarts, for that name and epoch only', async (t) => {
  const { custody, audit } = await openKeys(t);
  const epochs = await EpochKeys.open({ custody, log: makeKeyLog(audit), random, meter: new UseMeter() });
  const sealed = epochs.seal('key-1', wrap);
  const again = await EpochKeys.open({ custody, log: makeKeyLog(audit), random, meter: new UseMeter() });
  assert.deepEqual(new Uint8Array(again.open(1, 'key-1', sealed) ?? []), wrap);
  assert.throws(() => again.open(1, 'key-2', sealed), { code: 'KEYS_KEY_DAMAGED' });
  assert.throws(() => again.open(1, 'key-1', sealed.with(20, sealed[20]! ^ 1)), { code: 'KEYS_KEY_DAMAGED' });
});

test('the newest epoch in custody seals; a destroyed one opens nothing', async (t) => {
  const { custody, audit } = await openKeys(t);
  const log = makeKeyLog(audit);
  const first = await EpochKeys.open({ custody, log, random, meter: new UseMeter() });
  const old = first.seal('key-1', wrap);
  await custody.keep('epoch-2', random.bytes(32));
  const second = await EpochKeys.open({ custody, log, random, meter: new UseMeter() });
  assert.equal(second.current, 2);
  const fresh = second.seal('key-1', wrap);
  assert.throws(() => second.open(1, 'key-1', fresh), { code: 'KEYS_KEY_DAMAGED' });
  await custody.destroy('epoch-1');
  const after = await EpochKeys.open({ custody, log, random, meter: new UseMeter() });
  assert.equal(after.open(1, 'key-1', old), null);
  assert.deepEqual(new Uint8Array(after.open(2, 'key-1', fresh) ?? []), wrap);
});

test('begin() seals under the next epoch at once, and over restarts; without a log there is none', async (t) => {
  const { custody, audit } = await openKeys(t);
  const parts = { custody, log: makeKeyLog(audit), random, meter: new UseMeter() };
  const epochs = await EpochKeys.open(parts);
  const old = epochs.seal('key-1', wrap);
  assert.equal(await epochs.begin('person:ada'), 2);
  assert.deepEqual(
    audit.events.slice(-2).map(({ action }) => action),
    ['create-keys', 'retire-keys'],
  );
  assert.deepEqual(new Uint8Array(epochs.open(1, 'key-1', old) ?? []), wrap);
  assert.deepEqual([epochs.current, (await EpochKeys.open(parts)).current], [2, 2]);
  audit.broken = true;
  await assert.rejects(epochs.begin('person:ada'));
  await assert.rejects(epochs.destroy('person:ada', 1));
  assert.deepEqual([epochs.current, epochs.versions], [2, [1, 2]]);
  audit.broken = false;
  await epochs.destroy('person:ada', 1);
  assert.equal(epochs.open(1, 'key-1', old), null);
});

test('fetchVersions() sorts by number and passes over other names', async (t) => {
  const { custody } = await openKeys(t);
  for (const name of ['trial-10', 'trial-9', 'trial-x', 'trial', 'trials-1'])
    await custody.keep(name, encodeUtf8(name));
  assert.deepEqual(
    (await fetchVersions(custody, 'trial')).map(({ version }) => version),
    [9, 10],
  );
});
