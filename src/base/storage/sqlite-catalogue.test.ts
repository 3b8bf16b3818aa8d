import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { millis, minutes } from '#base/core/index.ts';
import { testCatalogue } from '../../../test/conformance/catalogue.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { openSqliteCatalogue } from './sqlite-catalogue.ts';

testCatalogue('openSqliteCatalogue()', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  return { open: () => openSqliteCatalogue(path) };
});

const SCHEMA = { room: 'trial', migrations: [['CREATE TABLE trial_texts (id TEXT PRIMARY KEY, body TEXT)']] };

test('openSqliteCatalogue() makes a file that only its owner reads, with deletion that overwrites', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const canary = 'canary-5f1c0a77e2';
  {
    await using catalogue = await openSqliteCatalogue(path);
    await catalogue.migrate(SCHEMA);
    await catalogue.run('INSERT INTO trial_texts VALUES (?, ?)', ['a', canary]);
    await catalogue.checkpoint();
    assert.ok((await readFile(path)).includes(canary));
    await catalogue.run('DELETE FROM trial_texts');
    await catalogue.checkpoint();
    assert.ok(!(await readFile(path)).includes(canary));
    assert.equal((await stat(`${path}-wal`)).size, 0);
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await catalogue.all(`PRAGMA ${name}`))[0] ?? {})[0];
    assert.equal(await pragma('secure_delete'), 1);
    assert.equal(await pragma('synchronous'), 2);
    assert.equal(await pragma('foreign_keys'), 1);
    assert.equal(await pragma('journal_mode'), 'wal');
  }
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('openSqliteCatalogue() refuses a file of another program and leaves it as it is', async (t) => {
  const path = join(await temporaryFolder(t), 'other.db');
  const other = new DatabaseSync(path);
  other.exec('CREATE TABLE notes (text TEXT)');
  other.close();
  const before = await readFile(path);
  await assert.rejects(openSqliteCatalogue(path), { code: 'STORAGE_CATALOGUE_FOREIGN' });
  assert.deepEqual(await readFile(path), before);
});

test('openSqliteCatalogue() refuses a layout from a later version', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  await (await openSqliteCatalogue(path))[Symbol.asyncDispose]();
  const later = new DatabaseSync(path);
  later.exec('PRAGMA user_version = 99');
  later.close();
  await assert.rejects(openSqliteCatalogue(path), { code: 'STORAGE_CATALOGUE_NEWER' });
});

test('openSqliteCatalogue() names a file that is no database, and a folder that is not there', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'catalogue.db');
  await writeFile(path, 'x'.repeat(8_192));
  await assert.rejects(openSqliteCatalogue(path), { code: 'STORAGE_CATALOGUE_DAMAGED' });
  await assert.rejects(openSqliteCatalogue(join(folder, 'none', 'catalogue.db')), { code: 'STORAGE_IO' });
});

test('run() waits for a lock of another program, then says that it is busy', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  await using catalogue = await openSqliteCatalogue(path, { patience: millis(60) });
  await catalogue.migrate(SCHEMA);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const insert = 'INSERT INTO trial_texts VALUES (?, ?)';
  await assert.rejects(catalogue.run(insert, ['a', 'b']), { code: 'STORAGE_BUSY' });
  await using patient = await openSqliteCatalogue(path, { patience: minutes(1) });
  const waiting = patient.transaction((tx) => tx.run(insert, ['a', 'b']));
  setTimeout(() => other.exec('ROLLBACK'), 20);
  assert.equal(await waiting, 1);
  other.close();
});

test('a full disk is told from other faults, and the catalogue works again once there is room', async (t) => {
  await using catalogue = await openSqliteCatalogue(join(await temporaryFolder(t), 'catalogue.db'));
  await catalogue.migrate(SCHEMA);
  const [size] = await catalogue.all('PRAGMA page_count');
  // The engine's own limit stands in for the volume's: it fails with the same code in the same places.
  await catalogue.all(`PRAGMA max_page_count = ${Number(size?.['page_count']) + 2}`);
  const write = (id: string): Promise<number> =>
    catalogue.transaction((tx) => tx.run('INSERT INTO trial_texts VALUES (?, ?)', [id, 'x'.repeat(100_000)]));
  await assert.rejects(write('big'), { code: 'STORAGE_FULL' });
  assert.equal((await catalogue.all('SELECT id FROM trial_texts')).length, 0);
  await catalogue.all('PRAGMA max_page_count = 100000');
  assert.equal(await write('big'), 1);
});

test('all() names a page that was damaged on disk instead of returning it', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  {
    await using catalogue = await openSqliteCatalogue(path);
    await catalogue.migrate(SCHEMA);
    for (let at = 0; at < 200; at += 1) {
      await catalogue.run('INSERT INTO trial_texts VALUES (?, ?)', [`id-${at}`, 'x'.repeat(200)]);
    }
  }
  const file = await readFile(path);
  // The headers of the pages behind the schema: their kind and cell counts.
  for (let page = 4_096 * 4; page < file.length; page += 4_096) file.fill(0xff, page, page + 8);
  await writeFile(path, file);
  await using catalogue = await openSqliteCatalogue(path);
  await assert.rejects(catalogue.all('SELECT * FROM trial_texts'), { code: 'STORAGE_CATALOGUE_DAMAGED' });
});

test('copyTo() writes what is there at one moment to a file of its owner alone, and over nothing', async (t) => {
  const folder = await temporaryFolder(t);
  await using catalogue = await openSqliteCatalogue(join(folder, 'catalogue.db'));
  await catalogue.migrate(SCHEMA);
  await catalogue.run("INSERT INTO trial_texts VALUES ('a', 'one'), ('b', 'a needle that goes')");
  await catalogue.run("DELETE FROM trial_texts WHERE id = 'b'");
  const path = join(folder, 'copy.db');
  await catalogue.copyTo(path);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await readFile(path)).includes('needle'), false);
  await using copy = await openSqliteCatalogue(path);
  assert.deepEqual(await copy.all('SELECT id, body FROM trial_texts').then((rows) => rows.map((row) => ({ ...row }))), [
    { id: 'a', body: 'one' },
  ]);
  await assert.rejects(catalogue.copyTo(path));
});
