import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { sha256Hex, systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { PART_ROWS } from '#flow/query/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { deleteObject, handlesOfDataset, openObject, pieceOf, sealPiece } from './dataset-rows.ts';

const COLUMNS: readonly StoredColumn[] = [
  { name: 'who', type: 'text', nullable: true, class: 'health', unit: null },
  { name: 'at', type: 'time', nullable: true, class: 'operational', unit: null },
  { name: 'ok', type: 'boolean', nullable: true, class: 'operational', unit: null },
  { name: 'n', type: 'integer', nullable: true, class: 'operational', unit: null },
];

function batchOf(rows: number): Batch {
  const numbers = Float64Array.from({ length: rows }, (_, row) => row);
  return {
    stream: '',
    template: '',
    rows,
    columns: [
      { name: 'who', data: { type: 'text', codes: new Uint32Array(rows), dictionary: ['canary-ada'], nulls: null } },
      { name: 'at', data: { type: 'time', values: numbers, nulls: null } },
      {
        name: 'ok',
        data: { type: 'boolean', values: new Uint8Array(rows), nulls: new Uint8Array(rows).fill(1, 0, 1) },
      },
      { name: 'n', data: { type: 'integer', values: numbers, nulls: null } },
    ],
  };
}

test('pieceOf() has a digest for each part, and a changed value changes one', () => {
  const batch = batchOf(PART_ROWS + 1);
  const { piece, digests, sizes } = pieceOf(COLUMNS, batch);
  assert.deepEqual([piece.parts, piece.rows, sizes], [2, PART_ROWS + 1, [PART_ROWS, 1]]);
  assert.deepEqual(pieceOf(COLUMNS, batchOf(PART_ROWS)).digests, digests.slice(0, 1));
  assert.notEqual(digests[0], digests[1]);
});

test('sealPiece() and openObject() keep rows under keys of their own, and nothing in clear', async (t) => {
  const { keys, catalogue } = await openKeys(t);
  const folder = await temporaryFolder(t);
  const parts = { objects: await openDirectoryObjects(folder), keys, random: systemRandom };
  const { piece, digests } = pieceOf(COLUMNS, batchOf(3));
  const object = await sealPiece(piece, { name: 'training', id: '0193f2a4', revision: 1 }, parts);
  assert.deepEqual(
    object.columns.map(({ domain }) => domain),
    ['health', 'operational', 'operational', 'operational'],
  );
  const sealed = await readFile(join(folder, object.objectKey));
  assert.deepEqual([object.digest, object.size], [sha256Hex(sealed), sealed.length]);
  const handles = handlesOfDataset({ objects: [object] });
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  const use = { actor: 'weir:test', resource: 'dataset:training@1' };
  const names = COLUMNS.map(({ name }) => name);
  assert.deepEqual(pieceOf(COLUMNS, await openObject(object, names, use, parts)).digests, digests);
  assert.ok(!sealed.includes('canary-ada'));
  await catalogue.transaction((tx) => keys.removeDataKeys(tx, handles));
  await assert.rejects(openObject(object, ['n'], use, parts), { code: 'STORE_KEY_MISSING' });
});

test('deleteObject() deletes what is a dataset and no segment, whatever the catalogue says', async (t) => {
  const objects = await openDirectoryObjects(await temporaryFolder(t));
  for (const key of ['datasets/a', 'segments/a']) await objects.put(key, Uint8Array.of(1));
  await deleteObject(objects, { objectKey: 'datasets/a' });
  await assert.rejects(deleteObject(objects, { objectKey: 'segments/a' }), TypeError);
  assert.deepEqual([await objects.size('datasets/a'), await objects.size('segments/a')], [null, 1]);
});
