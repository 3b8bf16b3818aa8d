import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openKeys } from '../../../test/support/open-trust.ts';
import { makeKeyLog } from './key-log.ts';
import { RotatingRowSealer } from './row-keys.ts';
import { UseMeter } from './use-meter.ts';

const LIMIT = { most: 200_000, rotateAt: 100_000, source: 'a test' };

test('count() goes on counting over restarts, never less than there were', async (t) => {
  const { catalogue, custody, audit } = await openKeys(t);
  const open = async (): Promise<UseMeter> => {
    const meter = new UseMeter(LIMIT);
    const sealer = await RotatingRowSealer.open('catalogue', { custody, log: makeKeyLog(audit), random, meter });
    await meter.open(catalogue, sealer);
    return meter;
  };
  const first = await open();
  for (let use = 0; use < 40_000; use += 1) first.count('epoch:1');
  assert.equal(first.uses('epoch:1'), 40_000);
  await first.settle();
  // No orderly end: what the next start finds was counted ahead.
  const second = await open();
  assert.ok(second.uses('epoch:1') >= 40_000);
  assert.ok(second.uses('epoch:1') <= 40_000 + 2 * 65_536);
});

test('count() refuses the use that would be one too many, and due() names keys before', () => {
  const meter = new UseMeter({ most: 4, rotateAt: 2, source: 'a test' });
  meter.count('epoch:1');
  assert.deepEqual(meter.due(), []);
  meter.count('epoch:1');
  meter.count('epoch:2');
  assert.deepEqual(meter.due(), ['epoch:1']);
  meter.count('epoch:1');
  meter.count('epoch:1');
  assert.throws(() => meter.count('epoch:1'), { code: 'KEYS_USES_SPENT' });
  assert.equal(meter.uses('epoch:1'), 4);
});

test('count() works within a transaction', async (t) => {
  const { catalogue, custody, audit } = await openKeys(t);
  const meter = new UseMeter(LIMIT);
  const sealer = await RotatingRowSealer.open('catalogue', { custody, log: makeKeyLog(audit), random, meter });
  await meter.open(catalogue, sealer);
  await catalogue.transaction(async () => {
    for (let use = 0; use < 70_000; use += 1) meter.count('epoch:7');
  });
  await meter.settle();
  const rows = await catalogue.all('SELECT uses FROM keys_use WHERE name = ?', ['epoch:7']);
  assert.ok(Number(rows[0]?.['uses']) >= 70_000);
});

test('open() takes a count that was changed for one that is to be rotated', async (t) => {
  const { catalogue, custody, audit } = await openKeys(t);
  const parts = { custody, log: makeKeyLog(audit), random };
  const before = new UseMeter(LIMIT);
  await before.open(catalogue, await RotatingRowSealer.open('catalogue', { ...parts, meter: before }));
  before.count('epoch:9');
  await before.settle();
  await catalogue.run('UPDATE keys_use SET uses = 0 WHERE name = ?', ['epoch:9']);
  const after = new UseMeter(LIMIT);
  await after.open(catalogue, await RotatingRowSealer.open('catalogue', { ...parts, meter: after }));
  after.count('epoch:9');
  assert.ok(after.due().includes('epoch:9'));
});
