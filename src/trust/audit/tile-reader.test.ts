import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '#base/core/index.ts';
import { hashLeaf } from '#base/crypto/index.ts';
import { openAuditLog, testEvent } from '../../../test/support/open-audit-log.ts';
import type { LogSource } from './log-source.ts';
import { TileReader } from './tile-reader.ts';

/** A source that counts what is read of it. */
function counting(source: LogSource): LogSource & { readonly reads: string[] } {
  const reads: string[] = [];
  return { reads, read: (name) => (reads.push(name), source.read(name)) };
}

test('TileReader gives the roots of all older trees, and reads each tile once', async (t) => {
  const { log } = await openAuditLog(t);
  const roots: string[] = [];
  for (let i = 0; i < 6; i++) {
    await Promise.all(Array.from({ length: 100 }, (_, j) => log.append(testEvent(i * 100 + j))));
    roots.push(toHex((await log.flush()).root));
  }
  const source = counting(log.source);
  const reader = new TileReader(source, 600);
  for (const [i, root] of roots.entries()) assert.equal(toHex(await reader.root((i + 1) * 100)), root);
  assert.deepEqual(new Set(source.reads).size, source.reads.length);
  assert.equal(source.reads.length, 4);
});

test('TileReader takes the full form of a tile where the partial one has gone', async (t) => {
  const { log } = await openAuditLog(t);
  for (let i = 0; i < 3; i++) await log.append(testEvent(i));
  const small = await log.flush();
  await Promise.all(Array.from({ length: 300 }, (_, i) => log.append(testEvent(i))));
  await log.flush();
  const reader = new TileReader(log.source, small.size);
  assert.equal(toHex(await reader.root()), toHex(small.root));
  const bundle = await reader.bundle(0);
  assert.equal(bundle.length, 3);
  assert.deepEqual((await reader.tile(0, 0))[2], hashLeaf(bundle[2]!));
});

test('TileReader rejects where a tile is missing or of another length', async () => {
  const none = new TileReader({ read: async () => null }, 10);
  await assert.rejects(none.root(), { code: 'AUDIT_TILE_INVALID' });
  const short = new TileReader({ read: async () => new Uint8Array(5) }, 10);
  await assert.rejects(short.root(), { code: 'AUDIT_TILE_INVALID' });
  await assert.rejects(short.bundle(0), { code: 'AUDIT_TILE_INVALID' });
  await assert.rejects(short.bundle(1), RangeError);
});
