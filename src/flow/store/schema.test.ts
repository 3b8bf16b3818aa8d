import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { STORE_SCHEMA } from './schema.ts';

test('STORE_SCHEMA grows: a catalogue of the first version gets the tables of later ones and keeps its rows', async (t) => {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(() => Promise.resolve(catalogue[Symbol.asyncDispose]()));
  await catalogue.migrate({ ...STORE_SCHEMA, migrations: STORE_SCHEMA.migrations.slice(0, 1) });
  const insert = "INSERT INTO store_state (name, value, sealed) VALUES ('version', 3, x'00')";
  await catalogue.transaction((tx) => tx.run(insert));
  await catalogue.migrate(STORE_SCHEMA);
  const rows = await catalogue.transaction((tx) => tx.all('SELECT value FROM store_state'));
  assert.deepEqual(
    rows.map(({ value }) => value),
    [3],
  );
  for (const table of [
    'store_erasure',
    'store_erasure_certificate',
    'store_hold',
    'store_erasure_unconfirmed',
    'store_erasure_addendum',
  ])
    assert.deepEqual(await catalogue.transaction((tx) => tx.all(`SELECT * FROM ${table}`)), []);
});
