import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { concatBytes, decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { silentLog } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { encodeQueueHeader, encodeQueueRecords, queueFileName } from './queue-file.ts';
import { recoverQueue } from './queue-recovery.ts';

/** A queue file with entries named after their indexes and a suffix. */
function fileOf(first: number, count: number, suffix = ''): Uint8Array {
  const entries = Array.from({ length: count }, (_, i) => encodeUtf8(`${first + i}${suffix}`));
  return concatBytes([encodeQueueHeader(first), encodeQueueRecords(first, entries)]);
}

async function recover(folder: string, files: Record<number, Uint8Array>, integrated: number): Promise<string[]> {
  for (const [first, bytes] of Object.entries(files))
    await writeFile(path.join(folder, queueFileName(Number(first))), bytes);
  const { entries } = await recoverQueue(folder, integrated, silentLog);
  return entries.map((entry) => decodeUtf8(entry));
}

test('recoverQueue() finds what the tree does not have, over several files', async (t) => {
  const folder = await temporaryFolder(t);
  assert.deepEqual(await recover(folder, { 0: fileOf(0, 3), 3: fileOf(3, 2) }, 2), ['2', '3', '4']);
  assert.deepEqual(await recover(folder, {}, 5), []);
  assert.deepEqual(await recover(folder, {}, 9), []);
});

test('recoverQueue() cuts a torn tail from the file', async (t) => {
  const folder = await temporaryFolder(t);
  const whole = fileOf(0, 3);
  assert.deepEqual(await recover(folder, { 0: whole.subarray(0, whole.length - 1) }, 0), ['0', '1']);
  const left = await readFile(path.join(folder, queueFileName(0)));
  assert.deepEqual(new Uint8Array(left), fileOf(0, 2));
});

test('recoverQueue() passes over what an earlier file holds beyond the beginning of the next', async (t) => {
  const folder = await temporaryFolder(t);
  assert.deepEqual(await recover(folder, { 0: fileOf(0, 4, ' refused'), 2: fileOf(2, 2) }, 0), [
    '0 refused',
    '1 refused',
    '2',
    '3',
  ]);
  assert.deepEqual(await recover(folder, {}, 3), ['3']);
});

test('recoverQueue() passes over a file without a whole header', async (t) => {
  const folder = await temporaryFolder(t);
  assert.deepEqual(await recover(folder, { 0: fileOf(0, 2), 2: encodeQueueHeader(2).subarray(0, 5) }, 0), ['0', '1']);
});

test('recoverQueue() refuses a gap between tree and queue, and within the queue', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(recover(folder, { 5: fileOf(5, 1) }, 4), { code: 'AUDIT_LOG_CORRUPT' });
  await assert.rejects(recover(folder, { 0: fileOf(0, 2), 3: fileOf(3, 0), 5: fileOf(5, 0) }, 0), {
    code: 'AUDIT_LOG_CORRUPT',
  });
});
