import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { DatasetBook } from './dataset-book.ts';
import { makeDataset } from './testing.ts';

test('DatasetBook keeps versions, and of what is gone only that it was there', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const book = await DatasetBook.open(catalogue, await keys.rowSealer('people'));
  assert.equal(await book.nextVersion('training'), 1);
  const first = makeDataset();
  const second = makeDataset({ version: 2 });
  await catalogue.transaction(async (tx) => {
    await book.add(tx, first);
    await book.add(tx, second);
  });
  assert.equal(await book.nextVersion('training'), 3);
  assert.deepEqual([(await book.find('training'))?.version, (await book.find('training', 1))?.version], [2, 1]);
  assert.deepEqual([await book.find('training', 3), await book.find('other')], [null, null]);
  assert.equal(await book.hasUnshredded(), false);
  await catalogue.transaction((tx) => book.replace(tx, { ...first, revision: 2 }));
  assert.deepEqual([(await book.find('training', 1))?.revision, await book.hasUnshredded()], [2, true]);
  await catalogue.transaction((tx) => book.end(tx, second, 'deleted', micros(9)));
  assert.deepEqual(
    (await book.active()).map(({ version }) => version),
    [1],
  );
  assert.deepEqual(await book.gone(), [{ name: 'training', version: 2, ended: 9, why: 'deleted' }]);
  assert.equal(await book.nextVersion('training'), 3);
  await book.shredded();
  assert.equal(await book.hasUnshredded(), false);
  assert.equal((await book.find('training', 1))?.revision, 2);
});

test('DatasetBook keeps no more of what is gone than that its number was given', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const book = await DatasetBook.open(catalogue, await keys.rowSealer('people'));
  for (let version = 1; version <= 5; version++) {
    const dataset = makeDataset({ version });
    await catalogue.transaction((tx) => book.add(tx, dataset));
    if (version !== 2) await catalogue.transaction((tx) => book.end(tx, dataset, 'deleted', micros(version)));
  }
  // Until keys are shredded in older copies all of them are known.
  assert.equal((await book.gone()).length, 4);
  await book.shredded();
  assert.deepEqual(
    (await book.gone()).map(({ version }) => version),
    [5],
  );
  assert.deepEqual([(await book.find('training'))?.version, await book.nextVersion('training')], [2, 6]);
});

test('DatasetBook reads versions that were kept in one object, as the first ones were', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const sealer = await keys.rowSealer('people');
  const book = await DatasetBook.open(catalogue, sealer);
  const dataset = makeDataset();
  const { objects, consent: _, ...rest } = dataset;
  const { parts: __, ...object } = objects[0]!;
  const table = new SealedTable(
    {
      name: 'datasets_version',
      key: { name: 'text', version: 'integer' },
      clear: {
        state: 'text',
        object_key: 'text',
        created: 'integer',
        ended: 'integer?',
        why: 'text?',
        unshredded: 'integer',
      },
      sealed: (value: Json): Json => value,
    },
    sealer,
  );
  const { name, version, created } = dataset;
  const row = { name, version, state: 'active', object_key: object.objectKey, created, ended: null, why: null };
  const before = { ...rest, object } as unknown as Json;
  await catalogue.transaction((tx) => table.insert(tx, { ...row, unshredded: 0 }, before));
  assert.deepEqual(await book.find('training'), dataset);
});
