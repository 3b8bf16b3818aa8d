import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { hashLeaf } from '#base/crypto/index.ts';
import type { LogFinding } from './log-finding.ts';
import { encodeTile, hashTile } from './tile.ts';
import { TileCheck } from './tile-check.ts';

const leaves = Array.from({ length: 300 }, (_, i) => hashLeaf(encodeUtf8(`${i}`)));
const TILES: Record<string, Uint8Array> = {
  'tile/0/000': encodeTile(leaves.slice(0, 256)),
  'tile/0/001.p/44': encodeTile(leaves.slice(256)),
  'tile/1/000.p/1': hashTile(leaves.slice(0, 256)),
};

async function check(tiles: Record<string, Uint8Array>): Promise<Partial<LogFinding>[]> {
  const findings: LogFinding[] = [];
  const source = { read: async (name: string) => tiles[name] ?? null };
  const tileCheck = new TileCheck(source, leaves.length, (finding) => findings.push(finding));
  for (const leaf of leaves) await tileCheck.add(leaf);
  await tileCheck.end();
  return findings.map(({ kind, index, path }) => ({ kind, path: path ?? '', ...(index !== undefined && { index }) }));
}

test('TileCheck finds nothing in tiles that are over the leaves, also where only the full form of one is there', async () => {
  assert.deepEqual(await check(TILES), []);
  const { 'tile/0/001.p/44': partial, ...others } = TILES;
  const full = new Uint8Array(8192);
  full.set(partial ?? [], 0);
  assert.deepEqual(await check({ ...others, 'tile/0/001': full }), []);
});

test('TileCheck names what is wrong and where', async () => {
  for (const [name, bytes] of Object.entries(TILES)) {
    const { [name]: _, ...without } = TILES;
    assert.deepEqual(await check(without), [{ kind: 'tile-missing', path: name }]);
    assert.deepEqual(await check({ ...TILES, [name]: bytes.subarray(1) }), [{ kind: 'tile-mismatch', path: name }]);
  }
  const bent = (name: string) => ({ ...TILES, [name]: TILES[name]!.with(31, TILES[name]![31]! ^ 1) });
  assert.deepEqual(await check(bent('tile/0/001.p/44')), [
    { kind: 'entry-mismatch', index: 256, path: 'tile/0/001.p/44' },
  ]);
  assert.deepEqual(await check(bent('tile/1/000.p/1')), [{ kind: 'tile-mismatch', path: 'tile/1/000.p/1' }]);
});
