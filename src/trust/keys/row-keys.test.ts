import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import { openKeys } from '../../../test/support/open-trust.ts';
import { makeKeyLog } from './key-log.ts';
import { RotatingRowSealer } from './row-keys.ts';
import { UseMeter } from './use-meter.ts';

test('RotatingRowSealer.open() keeps one key per domain in custody, logged when it is made', async (t) => {
  const { custody, audit } = await openKeys(t);
  const log = makeKeyLog(audit);
  const before = audit.events.length;
  const parts = { custody, log, random, meter: new UseMeter() };
  const people = await RotatingRowSealer.open('people', parts);
  const [aad, text] = [encodeUtf8('row'), encodeUtf8('ada')];
  const sealed = people.seal(aad, text);
  const again = await RotatingRowSealer.open('people', parts);
  assert.deepEqual(new Uint8Array(again.open(aad, sealed)), text);
  assert.equal(audit.events.length, before + 1);
  const machines = await RotatingRowSealer.open('catalogue', parts);
  assert.throws(() => machines.open(aad, sealed), { code: 'CRYPTO_OPEN_FAILED' });
});

test('RotatingRowSealer.open() makes no key while the log cannot be written', async (t) => {
  const { custody, audit } = await openKeys(t);
  audit.broken = true;
  const parts = { custody, log: makeKeyLog(audit), random, meter: new UseMeter() };
  await assert.rejects(RotatingRowSealer.open('people', parts));
  assert.ok(!(await custody.names()).includes('rows-people-1'));
});

test('rotate() takes effect at the next row; older rows open until their version is destroyed', async (t) => {
  const { custody, audit } = await openKeys(t);
  const parts = { custody, log: makeKeyLog(audit), random, meter: new UseMeter() };
  const sealer = await RotatingRowSealer.open('people', parts);
  const [aad, text] = [encodeUtf8('row'), encodeUtf8('ada')];
  const old = sealer.seal(aad, text);
  assert.equal(await sealer.rotate('person:ada'), 2);
  const fresh = sealer.seal(aad, text);
  assert.deepEqual([old[1], fresh[1]], [1, 2]);
  const again = await RotatingRowSealer.open('people', parts);
  for (const sealed of [old, fresh]) assert.deepEqual(new Uint8Array(again.open(aad, sealed)), text);
  await sealer.destroy('person:ada', 1);
  assert.throws(() => sealer.open(aad, old), { code: 'CRYPTO_OPEN_FAILED' });
  assert.deepEqual(new Uint8Array(sealer.open(aad, fresh)), text);
  assert.deepEqual([parts.meter.uses('rows:people:1'), parts.meter.uses('rows:people:2')], [1, 1]);
});

test('a rotation seals rows again; what older versions hold is counted, in tables that nobody opened too', async (t) => {
  const { keys, catalogue, reopen } = await openKeys(t);
  const { lifecycle } = keys;
  const spec = { name: 'trial_people', key: { id: 'integer' }, clear: { size: 'integer' } } as const;
  await catalogue.migrate({ room: 'trial', migrations: [sealedTableSql(spec)] });
  const people = new SealedTable(spec, await keys.rowSealer('people'));
  for (let id = 0; id < 1_200; id += 1) await people.put(catalogue, { id, size: id }, null);
  const holds = async (ring = lifecycle): Promise<readonly unknown[]> =>
    (await ring.list()).filter(({ kind, name }) => kind === 'rows' && name === 'people').map((row) => row.holds);
  assert.deepEqual(await holds(), [1_200]);
  const { rewrapped } = await lifecycle.rotate('person:ada', 'rows', 'people');
  assert.equal(rewrapped, 1_200);
  assert.deepEqual(await holds(), [0, 1_200]);
  await lifecycle.destroy('person:ada', 'rows', 'people', 1);
  assert.equal((await people.get(catalogue, { id: 1_199 }))?.size, 1_199);
  // A start that has not opened the table knows nothing of whose it is, and does not let its key go.
  await lifecycle.rotate('person:ada', 'rows', 'people');
  await people.put(catalogue, { id: 1, size: 7 }, null);
  const again = await reopen();
  await again.rowSealer('people');
  await again.lifecycle.retire('person:ada', 'rows', 'people');
  assert.equal((await holds(again.lifecycle)).at(-2), 1_200);
  await assert.rejects(again.lifecycle.destroy('person:ada', 'rows', 'people', 3), { code: 'KEYS_VERSION_NEEDED' });
});
