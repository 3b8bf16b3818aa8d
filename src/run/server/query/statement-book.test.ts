import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { makeRowSealer, openSqliteCatalogue } from '#base/storage/index.ts';
import { StatementBook } from './statement-book.ts';

test('StatementBook keeps a statement once, under its digest, and nothing of it in clear', async () => {
  const catalogue = await openSqliteCatalogue(':memory:');
  const sealer = makeRowSealer(new Map([[1, AeadKey.fromBytes(systemRandom.bytes(32))]]), 1, systemRandom);
  let now = 5;
  const book = await StatementBook.open(catalogue, sealer, { now: () => micros(now), monotonicMs: () => 0 });
  const sql = "select * from climate where driver = 'Ada'";
  await book.keep('d1', sql);
  now = 9;
  await book.keep('d1', sql);
  assert.deepEqual(await book.find('d1'), { sql, first: 5 });
  assert.equal(await book.find('d2'), null);
  const [row] = await catalogue.all('SELECT * FROM statements_kept');
  assert.doesNotMatch(Buffer.from((row?.['sealed'] as Uint8Array) ?? []).toString('latin1'), /Ada|climate/);
  const again = await StatementBook.open(catalogue, sealer, { now: () => micros(now), monotonicMs: () => 0 });
  await again.keep('d1', sql);
  assert.deepEqual(await again.find('d1'), { sql, first: 5 });
});
