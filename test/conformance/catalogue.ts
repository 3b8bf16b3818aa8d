import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Catalogue, CatalogueSchema } from '#base/storage/index.ts';

/** How a suite gets what it tests. Opening one place twice, one after the other, gives the same catalogue. */
export interface CataloguePlace {
  open(): Promise<Catalogue>;
}

const SCHEMA: CatalogueSchema = {
  room: 'trial',
  migrations: [
    ['CREATE TABLE trial_things (id TEXT PRIMARY KEY, size BIGINT, share DOUBLE PRECISION, body BLOB)'],
    ['ALTER TABLE trial_things ADD COLUMN note TEXT', 'CREATE INDEX trial_by_size ON trial_things (size)'],
  ],
};

/**
 * What every catalogue does, whatever engine stands behind it.
 *
 * @param name of the engine, for the names of the tests
 * @param makePlace an empty place per test
 */
export function testCatalogue(name: string, makePlace: (t: TestContext) => Promise<CataloguePlace>): void {
  const within = async (t: TestContext, work: (catalogue: Catalogue) => Promise<void>): Promise<void> => {
    const place = await makePlace(t);
    await using catalogue = await place.open();
    await catalogue.migrate(SCHEMA);
    await work(catalogue);
  };
  const insert = 'INSERT INTO trial_things (id, size) VALUES (?, ?)';

  test(`${name}: run() and all() keep every kind of value`, (t) =>
    within(t, async (catalogue) => {
      const body = Uint8Array.from({ length: 256 }, (_, at) => at);
      const sql = 'INSERT INTO trial_things (id, size, share, body, note) VALUES (?, ?, ?, ?, ?)';
      const texts = ['', "O'Brien", 'ä€\u{1f30a}', '%_\\', 'a\nb'];
      for (const [at, text] of texts.entries()) {
        assert.equal(await catalogue.run(sql, [text, Number.MAX_SAFE_INTEGER - at, 0.1 * at, body, null]), 1);
        const [row] = await catalogue.all('SELECT * FROM trial_things WHERE id = ?', [text]);
        assert.deepEqual(
          { ...row },
          { id: text, size: Number.MAX_SAFE_INTEGER - at, share: 0.1 * at, body, note: null },
        );
      }
    }));

  test(`${name}: tables() names the tables of rooms`, (t) =>
    within(t, async (catalogue) => {
      assert.deepEqual(await catalogue.tables(), ['trial_things']);
    }));

  test(`${name}: run() counts the rows it changed`, (t) =>
    within(t, async (catalogue) => {
      for (const id of ['a', 'b', 'c']) await catalogue.run(insert, [id, 1]);
      assert.equal(await catalogue.run('UPDATE trial_things SET size = ? WHERE id <> ?', [2, 'a']), 2);
      assert.equal(await catalogue.run('DELETE FROM trial_things WHERE size = ?', [9]), 0);
    }));

  test(`${name}: transaction() commits what it returned from`, async (t) => {
    const place = await makePlace(t);
    {
      await using catalogue = await place.open();
      await catalogue.migrate(SCHEMA);
      const answer = await catalogue.transaction(async (tx) => {
        await tx.run(insert, ['a', 1]);
        await tx.run(insert, ['b', 2]);
        return (await tx.all('SELECT id FROM trial_things')).length;
      });
      assert.equal(answer, 2);
    }
    await using again = await place.open();
    assert.equal((await again.all('SELECT id FROM trial_things')).length, 2);
  });

  test(`${name}: transaction() takes everything back when it throws`, (t) =>
    within(t, async (catalogue) => {
      const failure = new Error('changed my mind');
      const work = catalogue.transaction(async (tx) => {
        await tx.run(insert, ['a', 1]);
        throw failure;
      });
      await assert.rejects(work, failure);
      assert.equal((await catalogue.all('SELECT id FROM trial_things')).length, 0);
      await catalogue.run(insert, ['a', 1]);
    }));

  test(`${name}: transactions run one after the other and see no half of another`, (t) =>
    within(t, async (catalogue) => {
      await catalogue.run(insert, ['sum', 0]);
      const add = (): Promise<void> =>
        catalogue.transaction(async (tx) => {
          const [row] = await tx.all('SELECT size FROM trial_things WHERE id = ?', ['sum']);
          // A turn of the loop between reading and writing loses updates where transactions overlap.
          await new Promise((resolve) => setImmediate(resolve));
          await tx.run('UPDATE trial_things SET size = ? WHERE id = ?', [Number(row?.['size']) + 1, 'sum']);
        });
      await Promise.all(Array.from({ length: 20 }, add));
      const [row] = await catalogue.all('SELECT size FROM trial_things');
      assert.equal(row?.['size'], 20);
    }));

  test(`${name}: a call past the transaction that it is made in is refused, not waited for`, (t) =>
    within(t, async (catalogue) => {
      const nested = { code: 'STORAGE_TRANSACTION_NESTED' };
      await catalogue.transaction(async () => {
        await assert.rejects(catalogue.all('SELECT 1 AS one'), nested);
        await assert.rejects(catalogue.run(insert, ['a', 1]), nested);
        await assert.rejects(
          catalogue.transaction(async () => {}),
          nested,
        );
      });
    }));

  test(`${name}: a transaction that has ended is refused`, (t) =>
    within(t, async (catalogue) => {
      const kept = await catalogue.transaction(async (tx) => tx);
      await assert.rejects(kept.run(insert, ['late', 1]), { code: 'STORAGE_TRANSACTION_ENDED' });
      await assert.rejects(kept.all('SELECT 1 AS one'), { code: 'STORAGE_TRANSACTION_ENDED' });
    }));

  test(`${name}: a constraint that does not hold and SQL that is none have their codes`, (t) =>
    within(t, async (catalogue) => {
      await catalogue.run(insert, ['a', 1]);
      await assert.rejects(catalogue.run(insert, ['a', 2]), { code: 'STORAGE_CONSTRAINT' });
      await assert.rejects(catalogue.all('SELEKT'), { code: 'STORAGE_SQL_INVALID' });
      await catalogue.transaction(async (tx) => {
        await assert.rejects(tx.run(insert, ['a', 2]), { code: 'STORAGE_CONSTRAINT' });
      });
    }));

  test(`${name}: migrate() applies each version once and in order, over restarts`, async (t) => {
    const place = await makePlace(t);
    {
      await using first = await place.open();
      await first.migrate({ ...SCHEMA, migrations: SCHEMA.migrations.slice(0, 1) });
      await first.run(insert, ['old', 1]);
    }
    await using second = await place.open();
    await second.migrate(SCHEMA);
    await second.migrate(SCHEMA);
    const [row] = await second.all('SELECT id, note FROM trial_things');
    assert.deepEqual({ ...row }, { id: 'old', note: null });
  });

  test(`${name}: migrate() refuses a catalogue that is newer, and a released version that was changed`, (t) =>
    within(t, async (catalogue) => {
      const older = { ...SCHEMA, migrations: SCHEMA.migrations.slice(0, 1) };
      await assert.rejects(catalogue.migrate(older), { code: 'STORAGE_CATALOGUE_NEWER' });
      const changed = {
        ...SCHEMA,
        migrations: [['CREATE TABLE trial_things (id TEXT)'], ...SCHEMA.migrations.slice(1)],
      };
      await assert.rejects(catalogue.migrate(changed), { code: 'STORAGE_MIGRATION_CHANGED' });
    }));

  test(`${name}: migrate() leaves nothing of a version that fails`, (t) =>
    within(t, async (catalogue) => {
      const broken = {
        room: 'broken',
        migrations: [['CREATE TABLE broken_a (id TEXT)', 'CREATE TABLE broken_a (id TEXT)']],
      };
      await assert.rejects(catalogue.migrate(broken), { code: 'STORAGE_SQL_INVALID' });
      await catalogue.migrate({ room: 'broken', migrations: [['CREATE TABLE broken_a (id TEXT)']] });
    }));

  test(`${name}: a closed catalogue is refused, after it has finished what was asked`, async (t) => {
    const place = await makePlace(t);
    const catalogue = await place.open();
    await catalogue.migrate(SCHEMA);
    const last = catalogue.run(insert, ['last', 1]);
    await catalogue[Symbol.asyncDispose]();
    assert.equal(await last, 1);
    await assert.rejects(catalogue.all('SELECT 1 AS one'), { code: 'STORAGE_CLOSED' });
    await catalogue[Symbol.asyncDispose]();
  });
}
