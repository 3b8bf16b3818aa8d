import assert from 'node:assert/strict';
import { open, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { silentLog } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { AppendQueue } from './append-queue.ts';
import type { QueueHandle } from './append-queue.ts';
import { recoverQueue } from './queue-recovery.ts';

/** A file system that can be told to fail at one kind of call. */
class Disk {
  failing: 'none' | 'open' | 'write' | 'half-write' | 'datasync' | 'all' = 'none';
  syncs = 0;

  readonly openFile = async (file: string): Promise<QueueHandle> => {
    if (this.failing === 'open' || this.failing === 'all') throw noSpace();
    const handle = await open(file, 'w');
    return {
      write: async (data, offset, length, position) => {
        if (this.failing === 'write' || this.failing === 'all') throw noSpace();
        if (this.failing === 'half-write') {
          await handle.write(data, offset, Math.ceil(length / 2), position);
          throw noSpace();
        }
        return handle.write(data, offset, length, position);
      },
      datasync: async () => {
        this.syncs += 1;
        if (this.failing === 'datasync' || this.failing === 'all') throw noSpace();
        await handle.datasync();
      },
      // With everything failing the torn tail cannot be cut either: recovery has to cope.
      truncate: async (length) => (this.failing === 'all' ? Promise.reject(noSpace()) : handle.truncate(length)),
      close: () => handle.close(),
    };
  };
}

function noSpace(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}

function queueOn(folder: string, disk: Disk, committed: number[] = []): AppendQueue {
  return new AppendQueue({
    folder,
    committed: 0,
    files: [],
    openFile: disk.openFile,
    onCommitted: (first, entries) => committed.push(...entries.map((_, i) => first + i)),
  });
}

test('AppendQueue.append() shares one write and one sync among those that wait', async (t) => {
  const disk = new Disk();
  const committed: number[] = [];
  const queue = queueOn(await temporaryFolder(t), disk, committed);
  const indexes = await Promise.all(Array.from({ length: 100 }, (_, i) => queue.append(encodeUtf8(`${i}`))));
  assert.deepEqual(
    indexes,
    Array.from({ length: 100 }, (_, i) => i),
  );
  assert.deepEqual(committed, indexes);
  // One for the new file, one for the write; the first entry may have had a write of its own.
  assert.ok(disk.syncs <= 3, `${disk.syncs} syncs`);
  await queue.close();
});

for (const failing of ['open', 'write', 'half-write', 'datasync', 'all'] as const) {
  test(`AppendQueue.append() rejects while ${failing} fails, and recovers by itself without loss or doubling`, async (t) => {
    const folder = await temporaryFolder(t);
    const disk = new Disk();
    const queue = queueOn(folder, disk);
    const acknowledged: [number, string][] = [];
    const append = async (text: string) => acknowledged.push([await queue.append(encodeUtf8(text)), text]);
    await append('a');
    await append('b');
    for (let round = 0; round < 3; round++) {
      disk.failing = failing;
      if (failing === 'open') await queue.close();
      await assert.rejects(append('refused'), { code: 'AUDIT_LOG_UNAVAILABLE' });
      await assert.rejects(append('refused too'), { code: 'AUDIT_LOG_UNAVAILABLE' });
      disk.failing = 'none';
      await append(`after ${round}`);
    }
    await queue.close();
    const { entries } = await recoverQueue(folder, 0, silentLog);
    assert.deepEqual(
      entries.map((entry, i) => [i, decodeUtf8(entry)]),
      acknowledged,
    );
  });
}

test('AppendQueue.append() writes a long backlog in bounded steps, and rotates files', async (t) => {
  const folder = await temporaryFolder(t);
  const queue = queueOn(folder, new Disk());
  const entry = new Uint8Array(8000).fill(1);
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 700 }, () => queue.append(entry)));
  }
  assert.ok((await readdir(folder)).length >= 2);
  await queue.release(2100);
  assert.equal((await readdir(folder)).length, 1);
  assert.equal((await recoverQueue(folder, 2000, silentLog)).entries.length, 100);
  await queue.close();
});

test('AppendQueue.release() keeps files with entries that the tree does not have', async (t) => {
  const folder = await temporaryFolder(t);
  const disk = new Disk();
  const queue = queueOn(folder, disk);
  await queue.append(encodeUtf8('a'));
  await queue.close();
  await queue.append(encodeUtf8('b'));
  await queue.release(0);
  assert.equal((await readdir(folder)).length, 2);
  await queue.release(1);
  assert.equal((await readdir(folder)).length, 1);
  await queue.close();
});
