import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { decodeUtf8, millis } from '#base/core/index.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { openAuditLog, keysOf, testEvent, testKey, testLogOptions } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { AuditLog } from './audit-log.ts';
import { decodeEntry } from './entry.ts';
import { choiceEvent } from './signature-choice.ts';
import { tailLog } from './tail-log.ts';
import { verifyLog } from './verify-log.ts';

/** The numbers of all events in a log, in its order. */
async function numbersIn(log: AuditLog): Promise<unknown[]> {
  const numbers: unknown[] = [];
  for await (const { event } of tailLog(log.source, { from: 0, logKeys: keysOf(log) }))
    numbers.push(event.detail?.['number']);
  return numbers;
}

test('AuditLog publishes an entry by itself, signed with both keys', async (t) => {
  const { log, keys } = await openAuditLog(t);
  assert.equal(log.checkpoint.size, 0);
  await log.append(testEvent(0));
  const published = await eventually(
    () => log.checkpoint.size,
    (size) => size > 0,
  );
  assert.equal(published, 1);
  const report = await verifyLog(log.source, { logKeys: keys });
  assert.deepEqual([report.outcome, report.entriesRead], ['verified', 1]);
  assert.equal(report.checkpoint?.signers.length, 2);
});

test('AuditLog goes on where it was closed, over tiles, and removes partial ones that became full', async (t) => {
  const directory = path.join(await temporaryFolder(t), 'audit');
  let number = 0;
  // Sizes on, before and after the edges of tiles; 65,536 leaves would begin a third level.
  for (const count of [0, 1, 254, 1, 1, 255, 600, 3]) {
    await using log = await AuditLog.open(testLogOptions(directory));
    assert.equal(log.size, number);
    await Promise.all(Array.from({ length: count }, (_, i) => log.append(testEvent(number + i))));
    number += count;
    const report = await verifyLog((await log.flush(), log.source), { logKeys: keysOf(log) });
    assert.deepEqual([report.outcome, report.entriesRead, report.findings], ['verified', number, []]);
  }
  await using log = await AuditLog.open(testLogOptions(directory));
  assert.deepEqual(
    await numbersIn(log),
    Array.from({ length: number }, (_, i) => i),
  );
  assert.deepEqual((await readdir(path.join(directory, 'tile/0'))).sort(), ['000', '001', '002', '003', '004.p']);
  assert.deepEqual((await readdir(path.join(directory, 'tile/entries'))).sort(), ['000', '001', '002', '003', '004.p']);
});

test('chooseSignatures() is logged first, holds over a restart, and does nothing where it is so already', async (t) => {
  const directory = path.join(await temporaryFolder(t), 'audit');
  {
    await using log = await AuditLog.open(testLogOptions(directory));
    await log.chooseSignatures(['ml-dsa-65', 'ed25519'], 'weir:control');
    assert.deepEqual([log.size, log.signatures], [0, ['ed25519', 'ml-dsa-65']]);
    await log.chooseSignatures(['ml-dsa-65'], 'weir:control');
    assert.deepEqual([log.size, log.signatures, log.verifierKeys.length], [1, ['ml-dsa-65'], 2]);
    await assert.rejects(log.chooseSignatures([], 'weir:control'), TypeError);
    await assert.rejects(log.chooseSignatures(['ml-dsa-44'], 'weir:control'), TypeError);
  }
  await using log = await AuditLog.open(testLogOptions(directory));
  assert.deepEqual(log.signatures, ['ml-dsa-65']);
  await log.append(testEvent(1));
  await log.flush();
  assert.deepEqual(
    log.checkpoint.signers.map(({ algorithm }) => algorithm),
    ['ml-dsa-65'],
  );
  assert.equal((await verifyLog(log.source, { logKeys: keysOf(log) })).outcome, 'verified');
});

test('a choice that a crash left in the queue is the one of the checkpoint that has it', async (t) => {
  const directory = path.join(await temporaryFolder(t), 'audit');
  const copy = `${directory}-copy`;
  {
    await using log = await AuditLog.open({ ...testLogOptions(directory), integrateEvery: millis(60_000) });
    await log.append(choiceEvent('weir:control', { algorithms: ['ed25519'] }));
    await cp(directory, copy, { recursive: true });
  }
  await rm(path.join(copy, 'lock'), { force: true, recursive: true });
  await using log = await AuditLog.open(testLogOptions(copy));
  assert.deepEqual([log.checkpoint.size, log.signatures], [1, ['ed25519']]);
  assert.equal((await verifyLog(log.source, { logKeys: keysOf(log) })).outcome, 'verified');
});

test('AuditLog stamps entries with the clock', async (t) => {
  const { log, directory } = await openAuditLog(t);
  const before = Date.now() * 1000;
  await log.append(testEvent(0));
  await log.flush();
  const bundle = await readFile(path.join(directory, 'tile/entries/000.p/1'));
  const { time } = decodeEntry(new Uint8Array(bundle.subarray(2)));
  assert.ok(time >= before && time <= Date.now() * 1000);
});

test('AuditLog.open() takes up entries that a crash left in the queue', async (t) => {
  const { log, directory } = await openAuditLog(t, { integrateEvery: millis(60_000) });
  await Promise.all(Array.from({ length: 300 }, (_, i) => log.append(testEvent(i))));
  assert.equal(log.checkpoint.size, 0);
  // A copy of the folder is what a crash at this moment would leave.
  const copy = path.join(await temporaryFolder(t), 'audit');
  await cp(directory, copy, { recursive: true });
  await using again = await AuditLog.open(testLogOptions(copy));
  assert.equal(again.checkpoint.size, 300);
  assert.deepEqual(
    await numbersIn(again),
    Array.from({ length: 300 }, (_, i) => i),
  );
});

test('AuditLog.open() does not double entries where tiles or checkpoint were written and the queue was not yet cut', async (t) => {
  const folder = await temporaryFolder(t);
  const { log, directory } = await openAuditLog(t, { integrateEvery: millis(60_000) });
  for (let i = 0; i < 10; i++) await log.append(testEvent(i));
  const old = path.join(folder, 'old');
  await cp(directory, old, { recursive: true });
  await log.flush();
  // Tiles are there, the checkpoint is the old one.
  const tilesOnly = path.join(folder, 'tiles-only');
  await cp(directory, tilesOnly, { recursive: true });
  await cp(path.join(old, 'checkpoint'), path.join(tilesOnly, 'checkpoint'));
  // All is there, the queue too.
  const all = path.join(folder, 'all');
  await cp(directory, all, { recursive: true });
  for (const copy of [tilesOnly, all]) {
    await using again = await AuditLog.open(testLogOptions(copy));
    await again.append(testEvent(10));
    await again.flush();
    assert.deepEqual(
      await numbersIn(again),
      Array.from({ length: 11 }, (_, i) => i),
    );
    assert.equal((await verifyLog(again.source, { logKeys: keysOf(again) })).outcome, 'verified');
  }
});

test('AuditLog.open() refuses a second opener, other keys, another log, and a log that lost its checkpoint', async (t) => {
  const { log, directory } = await openAuditLog(t);
  await log.append(testEvent(0));
  await assert.rejects(AuditLog.open(testLogOptions(directory)), { code: 'AUDIT_LOG_LOCKED' });
  await log[Symbol.asyncDispose]();
  const options = testLogOptions(directory);
  await assert.rejects(AuditLog.open({ ...options, signers: [testKey('ed25519', 9)] }), {
    code: 'AUDIT_CHECKPOINT_INVALID',
  });
  await assert.rejects(AuditLog.open({ ...options, origin: 'weir.example/other' }), {
    code: 'AUDIT_CHECKPOINT_INVALID',
  });
  await rm(path.join(directory, 'checkpoint'));
  await assert.rejects(AuditLog.open(options), { code: 'AUDIT_LOG_CORRUPT' });
});

test('AuditLog.open() takes a checkpoint under a former key, and signs the next with its own', async (t) => {
  const { log, directory, keys } = await openAuditLog(t);
  await log.append(testEvent(0));
  await log[Symbol.asyncDispose]();
  const options = { ...testLogOptions(directory), signers: [testKey('ed25519', 9)] };
  await using again = await AuditLog.open({ ...options, formerKeys: keys });
  await again.append(testEvent(1));
  await again.flush();
  assert.equal((await verifyLog(again.source, { logKeys: keysOf(again) })).outcome, 'verified');
});

test('AuditLog.open() does not sign over tiles that were changed', async (t) => {
  const { log, directory } = await openAuditLog(t);
  for (let i = 0; i < 3; i++) await log.append(testEvent(i));
  await log[Symbol.asyncDispose]();
  for (const name of ['tile/0/000.p/3', 'tile/entries/000.p/3']) {
    const file = path.join(directory, name);
    const bytes = new Uint8Array(await readFile(file));
    await writeFile(file, bytes.with(40, bytes[40]! ^ 1));
    await assert.rejects(AuditLog.open(testLogOptions(directory)), { code: 'AUDIT_LOG_CORRUPT' }, name);
    await writeFile(file, bytes);
  }
  await using again = await AuditLog.open(testLogOptions(directory));
  assert.equal(again.size, 3);
});

test('AuditLog.append() is refused once closed, and what was taken before is published', async (t) => {
  const { log, directory } = await openAuditLog(t);
  const taken = log.append(testEvent(0));
  await log[Symbol.asyncDispose]();
  assert.deepEqual(await taken, { index: 0 });
  await assert.rejects(log.append(testEvent(1)), { code: 'AUDIT_LOG_UNAVAILABLE' });
  assert.equal(decodeUtf8(new Uint8Array(await readFile(path.join(directory, 'checkpoint')))).split('\n')[1], '1');
});

test('AuditLog.publishWitnessed() refuses what is not its own checkpoint', async (t) => {
  const { log } = await openAuditLog(t);
  const other = await openAuditLog(t, { origin: 'weir.example/other' });
  await assert.rejects(log.publishWitnessed(other.log.checkpoint.note), { code: 'AUDIT_CHECKPOINT_INVALID' });
  await log.publishWitnessed(log.checkpoint.note);
});
