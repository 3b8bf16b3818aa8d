import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Json } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import type { StorageError } from './errors.ts';
import type { Catalogue, SqlValue } from './ports.ts';
import { makeRowSealer } from './row-sealer.ts';
import { SealedTable, sealedTableSql } from './sealed-table.ts';
import { openSqliteCatalogue } from './sqlite-catalogue.ts';

const THINGS = {
  name: 'trial_things',
  key: { id: 'text', part: 'integer' },
  clear: { size: 'integer', share: 'real?', digest: 'blob', note: 'text?' },
  sealed: (value: Json) => value as { readonly name: string },
  unique: [['digest']],
  indexes: [['size']],
} as const;

const random = seededRandom(11);
const sealer = makeRowSealer(new Map([[1, AeadKey.fromBytes(random.bytes(32))]]), 1, random);
const table = new SealedTable(THINGS, sealer);
const row = (id: string, size = 1) => ({ id, part: 1, size, share: 0.5, digest: random.bytes(8), note: null });
const damaged = { code: 'STORAGE_ROW_DAMAGED' };

async function openTable(t: TestContext): Promise<Catalogue> {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(async () => {
    await catalogue[Symbol.asyncDispose]();
  });
  await catalogue.migrate({ room: 'trial', migrations: [sealedTableSql(THINGS)] });
  return catalogue;
}

test('get() and list() give back what put() took', async (t) => {
  const catalogue = await openTable(t);
  const given = row('a');
  await catalogue.transaction((tx) => table.put(tx, given, { name: 'Ada "O\'Neil" €' }));
  assert.deepEqual(
    { ...(await table.get(catalogue, { id: 'a', part: 1 })) },
    { ...given, sealed: { name: 'Ada "O\'Neil" €' } },
  );
  assert.equal(await table.get(catalogue, { id: 'a', part: 2 }), null);
  await table.put(catalogue, { ...given, size: 7, note: 'changed' }, { name: 'Bea' });
  const [only, ...more] = await table.list(catalogue);
  assert.deepEqual([only?.size, only?.note, only?.sealed.name, more.length], [7, 'changed', 'Bea', 0]);
});

test('insert() refuses a key or a unique value that is taken', async (t) => {
  const catalogue = await openTable(t);
  const given = row('a');
  await table.insert(catalogue, given, { name: 'x' });
  await assert.rejects(table.insert(catalogue, row('a'), { name: 'y' }), { code: 'STORAGE_CONSTRAINT' });
  await assert.rejects(table.insert(catalogue, { ...row('b'), digest: given.digest }, { name: 'y' }), {
    code: 'STORAGE_CONSTRAINT',
  });
});

test('list() filters, orders and limits; count() and delete() agree', async (t) => {
  const catalogue = await openTable(t);
  for (const [at, id] of ['d', 'a', 'c', 'b'].entries()) await table.put(catalogue, row(id, at), { name: id });
  const ids = async (options: Parameters<typeof table.list>[1]): Promise<string> =>
    (await table.list(catalogue, options)).map(({ id }) => id).join('');
  assert.equal(await ids({}), 'abcd');
  assert.equal(await ids({ order: ['size'] }), 'dacb');
  assert.equal(await ids({ order: ['size'], descending: true, limit: 2 }), 'bc');
  assert.equal(await ids({ where: { size: { from: 1, below: 3 } } }), 'ac');
  assert.equal(await ids({ where: { id: { in: ['a', 'd'] }, note: null } }), 'ad');
  assert.equal(await table.count(catalogue, { size: { from: 2 } }), 2);
  assert.equal(await table.delete(catalogue, { id: 'a', part: 1 }), true);
  assert.equal(await table.delete(catalogue, { id: 'a', part: 1 }), false);
  assert.equal(await table.count(catalogue), 3);
});

test('a row with one flipped bit in any column is named and never returned', async (t) => {
  const catalogue = await openTable(t);
  const given = { ...row('a'), note: 'seen' };
  await table.put(catalogue, given, { name: 'x' });
  const [stored] = await catalogue.all('SELECT * FROM trial_things');
  assert.ok(stored !== undefined);
  const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
    bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
  const changes: [string, SqlValue][] = [
    ['part', 3],
    ['size', 2],
    ['size', 1 + 2 ** 40],
    ['share', 0.5 + 2 ** -53],
    ['share', null],
    ['note', 'sefn'],
    ['note', null],
    ['size', 'text'],
    ['note', Uint8Array.of(1)],
    ['sealed', new Uint8Array(0)],
    ['id', 'b'],
  ];
  for (let bit = 0; bit < 64; bit += 1) changes.push(['digest', flip(stored['digest'] as Uint8Array, bit)]);
  const sealed = stored['sealed'] as Uint8Array;
  for (let bit = 0; bit < sealed.length * 8; bit += 1) changes.push(['sealed', flip(sealed, bit)]);
  for (const [column, value] of changes) {
    await catalogue.run(`UPDATE trial_things SET "${column}" = ?`, [value]);
    await assert.rejects(table.list(catalogue), damaged, `${column} ${String(value)}`);
    await catalogue.run(`UPDATE trial_things SET "${column}" = ?`, [stored[column] ?? null]);
  }
  assert.equal((await table.list(catalogue)).length, 1);
});

test('a row copied over another, or into another table, is found', async (t) => {
  const catalogue = await openTable(t);
  await table.put(catalogue, row('a'), { name: 'x' });
  await table.put(catalogue, row('b'), { name: 'y' });
  await catalogue.run(
    "UPDATE trial_things SET sealed = (SELECT sealed FROM trial_things WHERE id = 'a') WHERE id = 'b'",
  );
  await assert.rejects(table.get(catalogue, { id: 'b', part: 1 }), {
    ...damaged,
    message: /trial_things.*id "b", part 1/,
  });
  const twin = new SealedTable({ ...THINGS, name: 'trial_twins', unique: [], indexes: [] }, sealer);
  await catalogue.migrate({ room: 'trial', migrations: [sealedTableSql(THINGS), sealedTableSql(twin.spec)] });
  await catalogue.run("INSERT INTO trial_twins SELECT * FROM trial_things WHERE id = 'a'");
  await assert.rejects(twin.list(catalogue), damaged);
});

test('list() with onDamaged leaves damaged rows out and tells of each', async (t) => {
  const catalogue = await openTable(t);
  for (const id of ['a', 'b', 'c']) await table.put(catalogue, row(id), { name: id });
  await catalogue.run("UPDATE trial_things SET size = 9 WHERE id = 'b'");
  const told: StorageError[] = [];
  const rows = await table.list(catalogue, { onDamaged: (error) => told.push(error) });
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['a', 'c'],
  );
  assert.deepEqual(
    told.map(({ code }) => code),
    ['STORAGE_ROW_DAMAGED'],
  );
});

test('a nullable column added later leaves older rows sound', async (t) => {
  const catalogue = await openTable(t);
  await table.put(catalogue, row('old'), { name: 'x' });
  const wider = new SealedTable({ ...THINGS, clear: { ...THINGS.clear, place: 'text?' } }, sealer);
  await catalogue.run('ALTER TABLE trial_things ADD COLUMN place TEXT');
  assert.equal((await wider.get(catalogue, { id: 'old', part: 1 }))?.place, null);
  await wider.put(catalogue, { ...row('new'), place: 'dock 4' }, { name: 'y' });
  assert.equal((await wider.get(catalogue, { id: 'new', part: 1 }))?.place, 'dock 4');
  await catalogue.run("UPDATE trial_things SET place = 'dock 5' WHERE id = 'old'");
  await assert.rejects(wider.get(catalogue, { id: 'old', part: 1 }), damaged);
});

test('the private part does not stand in the file in clear', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  await using catalogue = await openSqliteCatalogue(path);
  await catalogue.migrate({ room: 'trial', migrations: [sealedTableSql(THINGS)] });
  await table.put(catalogue, row('clear-id-77'), { name: 'secret-name-77' });
  for (const file of [path, `${path}-wal`]) assert.ok(!(await readFile(file)).includes('secret-name-77'));
  await catalogue.checkpoint();
  const content = await readFile(path);
  assert.ok(content.includes('clear-id-77') && !content.includes('secret-name-77'));
});

test('one flipped bit anywhere in the file never changes what is returned', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'catalogue.db');
  const given = ['a', 'b', 'c'].map((id) => row(id));
  {
    await using catalogue = await openSqliteCatalogue(path);
    await catalogue.migrate({ room: 'trial', migrations: [sealedTableSql(THINGS)] });
    for (const each of given) await table.put(catalogue, each, { name: `person ${each.id}` });
  }
  const sound = await readFile(path);
  const expected = new Map(
    given.map((each) => [each.id, JSON.stringify({ ...each, sealed: { name: `person ${each.id}` } })]),
  );
  // Every 4,096-byte page has its header, its cells and much that is empty: aim at what is written.
  const written = Array.from(sound.keys()).filter((at) => sound[at] !== 0);
  let whole = 0;
  for (let round = 0; round < 250; round += 1) {
    const at = random.pick(written);
    await writeFile(path, sound.with(at, (sound[at] ?? 0) ^ (1 << random.integer(0, 7))));
    await rm(`${path}-wal`, { force: true });
    await rm(`${path}-shm`, { force: true });
    try {
      await using catalogue = await openSqliteCatalogue(path);
      const rows = await table.list(catalogue);
      for (const read of rows) assert.equal(JSON.stringify(read), expected.get(read.id), `byte ${at}`);
      whole += rows.length === given.length ? 1 : 0;
    } catch (error) {
      assert.match(String((error as { code?: unknown }).code), /^STORAGE_/, `byte ${at}: ${String(error)}`);
    }
  }
  assert.ok(whole > 0 && whole < 250);
});

test('put() refuses values that would not come back unchanged', async (t) => {
  const catalogue = await openTable(t);
  const invalid = { code: 'STORAGE_VALUE_INVALID' };
  await assert.rejects(table.put(catalogue, { ...row('a'), size: 0.5 }, { name: 'x' }), invalid);
  await assert.rejects(table.put(catalogue, { ...row('a'), note: '\ud800' }, { name: 'x' }), invalid);
  await assert.rejects(table.get(catalogue, { id: 'a\0', part: 1 }), invalid);
});

test('a name that is none never reaches a statement', () => {
  assert.throws(() => new SealedTable({ name: 'a"; DROP', key: { id: 'text' }, clear: {} }, sealer), TypeError);
  assert.throws(() => sealedTableSql({ name: 'trial_a', key: { 'id" TEXT': 'text' }, clear: {} }), TypeError);
});

test('resealPage() seals again what another version sealed, in pages, and leaves what is damaged', async (t) => {
  const catalogue = await openTable(t);
  const keys = new Map([1, 2].map((version) => [version, AeadKey.fromBytes(random.bytes(32))]));
  const [old, now] = [1, 2].map((version) => new SealedTable(THINGS, makeRowSealer(keys, version, random)));
  assert.ok(old !== undefined && now !== undefined);
  for (const id of ['a', 'b', 'c', 'd']) await old.put(catalogue, row(id), { name: id });
  await now.put(catalogue, row('e'), { name: 'e' });
  await catalogue.run("UPDATE trial_things SET size = 99 WHERE id = 'b'");
  const counts: number[] = [];
  let after: readonly SqlValue[] | null | undefined;
  while (after !== null) {
    const page = await now.resealPage(catalogue, 2, after ?? null, 2);
    counts.push(page.count);
    after = page.last;
  }
  assert.deepEqual(counts, [1, 2, 0]);
  const versions = await catalogue.all('SELECT id, substr(sealed, 2, 1) AS v FROM trial_things ORDER BY id');
  assert.deepEqual(
    versions.map(({ id, v }) => [id, (v as Uint8Array)[0]]),
    [
      ['a', 2],
      ['b', 1],
      ['c', 2],
      ['d', 2],
      ['e', 2],
    ],
  );
  for (const id of ['a', 'c', 'd', 'e']) assert.equal((await now.get(catalogue, { id, part: 1 }))?.sealed.name, id);
  await assert.rejects(now.get(catalogue, { id: 'b', part: 1 }), damaged);
});
