import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyEntryProof } from '#trust/audit/index.ts';
import { openAuditLog, testEvent } from '../../../../test/support/open-audit-log.ts';
import { auditReader, entriesFrom } from './audit-reader.ts';

test('auditReader() gives entries of the checkpoint from an index on, and no more than asked for', async (t) => {
  const { log } = await openAuditLog(t);
  for (let i = 0; i < 5; i++) await log.append(testEvent(i));
  await log.flush();
  const reader = auditReader(log);
  const indexes = async (from: number, limit: number) => (await reader.entries(from, limit)).map(({ index }) => index);
  assert.deepEqual(await indexes(0, 100), [0, 1, 2, 3, 4]);
  assert.deepEqual(await indexes(2, 2), [2, 3]);
  assert.deepEqual(await indexes(5, 10), []);
  const [entry] = await reader.entries(3, 1);
  assert.deepEqual(entry?.event.detail, { number: 3 });
});

test('entriesFrom() has what was appended a moment ago', async (t) => {
  const { log } = await openAuditLog(t);
  for (let i = 0; i < 3; i++) await log.append(testEvent(i));
  const found = await Array.fromAsync(entriesFrom(log, 1));
  assert.deepEqual(
    found.map(({ index }) => index),
    [1, 2],
  );
});

test('auditReader() proves an entry that was appended a moment ago', async (t) => {
  const { log, keys } = await openAuditLog(t);
  const { index } = await log.append(testEvent(7));
  const reader = auditReader(log);
  const proof = await reader.prove(index);
  assert.equal(verifyEntryProof(proof, { logKeys: keys }).index, index);
  await assert.rejects(reader.prove(index + 1), { code: 'AUDIT_ENTRY_MISSING' });
  assert.deepEqual(reader.verifierKeys, log.verifierKeys);
});
