import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTilePath, parseTilePath } from './tile-path.ts';
import type { TileId } from './tile-path.ts';

const PATHS: readonly [TileId, string][] = [
  [{ row: 0, index: 0, width: 256 }, 'tile/0/000'],
  [{ row: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
  [{ row: 1, index: 273, width: 112 }, 'tile/1/273.p/112'],
  [{ row: 'entries', index: 999, width: 256 }, 'tile/entries/999'],
  [{ row: 'entries', index: 1000, width: 1 }, 'tile/entries/x001/000.p/1'],
  [{ row: 63, index: Number.MAX_SAFE_INTEGER, width: 255 }, 'tile/63/x009/x007/x199/x254/x740/991.p/255'],
];

test('formatTilePath() writes the paths of the specification, and parseTilePath() reads them', () => {
  for (const [id, path] of PATHS) {
    assert.equal(formatTilePath(id), path);
    assert.deepEqual(parseTilePath(path), id);
  }
});

test('parseTilePath() refuses every other form', () => {
  const wrong = [
    '',
    'checkpoint',
    'tile/0/0',
    'tile/0/x000/000',
    'tile/00/000',
    'tile/64/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/001/000',
    'tile/entries/x001',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/../../queue',
    'tile/0/000\n',
    'tile/0/x999/x999/x999/x999/x999/999',
  ];
  for (const path of wrong) assert.throws(() => parseTilePath(path), { code: 'AUDIT_TILE_INVALID' }, path);
});

test('formatTilePath() refuses rows, indexes and widths that cannot be', () => {
  const wrong: TileId[] = [
    { row: 64, index: 0, width: 1 },
    { row: -1, index: 0, width: 1 },
    { row: 0, index: -1, width: 1 },
    { row: 0, index: 2 ** 53, width: 1 },
    { row: 0, index: 0, width: 0 },
    { row: 0, index: 0, width: 257 },
  ];
  for (const id of wrong) assert.throws(() => formatTilePath(id), RangeError);
});
