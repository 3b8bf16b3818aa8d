import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { encodeUtf8, toHex } from '#base/core/index.ts';
import { CompactRange, emptyTreeRoot, hashLeaf } from '#base/crypto/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { DurableFiles } from './durable-file.ts';
import { TileWriter } from './tile-writer.ts';

const entries = Array.from({ length: 66_000 }, (_, i) => encodeUtf8(`entry ${i}`));

function rootOf(size: number): string {
  const range = new CompactRange();
  for (const entry of entries.slice(0, size)) range.append(hashLeaf(entry));
  return toHex(range.root());
}

function open(folder: string, size = 0, root = emptyTreeRoot()): Promise<TileWriter> {
  return TileWriter.open(folder, new DurableFiles(folder), { size, root });
}

test('TileWriter.add() gives the root of the definition over three levels of tiles, and open() goes on from there', async (t) => {
  const folder = await temporaryFolder(t);
  let writer = await open(folder);
  for (const size of [1, 255, 256, 257, 65_535, 65_536, 66_000]) {
    const head = await writer.add(entries.slice(writer.size, size));
    assert.deepEqual([head.size, toHex(head.root)], [size, rootOf(size)]);
    writer = await open(folder, head.size, head.root);
  }
});

test('TileWriter.add() leaves its state as it was when a file cannot be written, and can be called again', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await open(folder);
  // A file where a folder should be made.
  await writeFile(path.join(folder, 'tile'), '');
  await assert.rejects(writer.add(entries.slice(0, 300)));
  assert.equal(writer.size, 0);
  const other = await temporaryFolder(t);
  const whole = await (await open(other)).add(entries.slice(0, 300));
  assert.equal(toHex(whole.root), rootOf(300));
});

test('TileWriter.open() refuses a root that the tiles do not lead to', async (t) => {
  const folder = await temporaryFolder(t);
  const head = await (await open(folder)).add(entries.slice(0, 5));
  await assert.rejects(open(folder, 5, head.root.with(0, head.root[0]! ^ 1)), { code: 'AUDIT_LOG_CORRUPT' });
  await assert.rejects(open(folder, 6, head.root), { code: 'AUDIT_LOG_CORRUPT' });
});
