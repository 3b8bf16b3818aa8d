import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { WriteBehind } from './write-behind.ts';

test('WriteBehind writes all parts in order, many small and few large ones', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  for (const [size, count] of [
    [7, 5_000],
    [700_000, 9],
    [1, 0],
  ] as const) {
    const fd = openSync(path, 'w');
    const file = new WriteBehind(fd);
    const parts = Array.from({ length: count }, (_, i) => new Uint8Array(size).fill(i % 256));
    for (const part of parts) file.write(part);
    file.write(new Uint8Array());
    await file.finish();
    closeSync(fd);
    assert.equal(file.length, size * count);
    assert.ok(Buffer.concat(parts).equals(readFileSync(path)));
  }
});

test('WriteBehind.finish() tells of a failure, however early it was', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  closeSync(openSync(path, 'w'));
  const fd = openSync(path, 'r');
  t.after(() => closeSync(fd));
  const file = new WriteBehind(fd);
  for (let i = 0; i < 4; i++) file.write(new Uint8Array(1_048_576));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await assert.rejects(file.finish(), { code: 'EBADF' });
});
