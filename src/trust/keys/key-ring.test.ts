import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8, systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { openKeys, recordAudit } from '../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { createFileCustody } from './file-custody.ts';
import { openKeyRing } from './key-ring.ts';

test('openKeyRing() logs the first keys it makes and makes no others at the next start', async (t) => {
  const { audit, reopen } = await openKeys(t);
  assert.deepEqual(
    audit.events.map(({ resource }) => resource),
    ['keys:epoch', 'keys:rows'],
  );
  await reopen();
  assert.equal(audit.events.length, 2);
});

test('openKeyRing() with another root key opens nothing of this one', async (t) => {
  const { catalogue, keys, audit } = await openKeys(t);
  const [made] = await keys.newFileKeys('weir:control', 'journal', 1);
  const custody = await createFileCustody(await temporaryFolder(t), { demo: true }, { clock, random });
  const stranger = await openKeyRing({ catalogue, custody, audit, clock, random });
  const use = { actor: 'weir:store', resource: 'journal' };
  await assert.rejects(stranger.openFileKey(use, made?.fileId ?? ''), { code: 'STORAGE_ROW_DAMAGED' });
});

test('rowSealer() gives each domain its own, and the same one to all who ask', async (t) => {
  const { keys, reopen } = await openKeys(t);
  const [machines, people] = [await keys.rowSealer('catalogue'), await keys.rowSealer('people')];
  assert.equal(await keys.rowSealer('people'), people);
  const sealed = people.seal(encodeUtf8('row'), encodeUtf8('ada'));
  assert.throws(() => machines.open(encodeUtf8('row'), sealed), { code: 'CRYPTO_OPEN_FAILED' });
  const again = await (await reopen()).rowSealer('people');
  assert.deepEqual(new Uint8Array(again.open(encodeUtf8('row'), sealed)), encodeUtf8('ada'));
});

test('openKeyRing() leaves nothing behind when the log cannot be written', async (t) => {
  await using catalogue = await openSqliteCatalogue(':memory:');
  const custody = await createFileCustody(await temporaryFolder(t), { demo: true }, { clock, random });
  const audit = recordAudit();
  audit.broken = true;
  await assert.rejects(openKeyRing({ catalogue, custody, audit, clock, random }));
  assert.deepEqual(await custody.names(), []);
});

test('newDataKeys() makes thousands a second', async (t) => {
  const { keys } = await openKeys(t);
  const columns = Array.from({ length: 20 }, (_, at) => ({
    column: `c${at}`,
    domain: at % 2 === 0 ? 'health' : 'operational',
  }));
  const began = process.cpuUsage();
  for (let segment = 0; segment < 100; segment += 1) await keys.newDataKeys('weir:store', 'climate', columns);
  // 2,000 keys; ten times slower than this machine's slowest would still pass.
  assert.ok(process.cpuUsage(began).user < 10_000_000);
});
