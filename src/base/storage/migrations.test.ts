import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrationChecksum, planMigrations } from './migrations.ts';

const FIRST = ['CREATE TABLE trial_a (id TEXT)'];
const SECOND = ['ALTER TABLE trial_a ADD COLUMN note TEXT'];
const schema = { room: 'trial', migrations: [FIRST, SECOND] };
const applied = schema.migrations.map((statements, at) => ({
  version: at + 1,
  checksum: migrationChecksum(statements),
}));

test('planMigrations() lists what is still to come', () => {
  assert.deepEqual(
    planMigrations(schema, []).map(({ version, statements }) => [version, statements]),
    [
      [1, FIRST],
      [2, SECOND],
    ],
  );
  assert.deepEqual(
    planMigrations(schema, applied.slice(0, 1)).map(({ version }) => version),
    [2],
  );
  assert.deepEqual(planMigrations(schema, applied), []);
});

test('planMigrations() refuses what it does not know', () => {
  const newer = [...applied, { version: 3, checksum: 'x' }];
  assert.throws(() => planMigrations(schema, newer), { code: 'STORAGE_CATALOGUE_NEWER' });
  const changed = [{ version: 1, checksum: 'x' }];
  assert.throws(() => planMigrations(schema, changed), { code: 'STORAGE_MIGRATION_CHANGED' });
  assert.throws(() => planMigrations(schema, applied.slice(1)), { code: 'STORAGE_MIGRATION_CHANGED' });
});

test('planMigrations() keeps rooms out of the tables of others', () => {
  const wrong = [
    'CREATE TABLE other_a (id TEXT)',
    'create table if not exists trials (id TEXT)',
    'CREATE UNIQUE INDEX "other_by_id" ON trial_a (id)',
    'CREATE TRIGGER t BEFORE DELETE ON trial_a BEGIN SELECT 1; END',
  ];
  for (const statement of wrong) {
    assert.throws(() => planMigrations({ room: 'trial', migrations: [[statement]] }, []), {
      code: 'STORAGE_MIGRATION_INVALID',
    });
  }
  for (const room of ['', 'Trial', 'a_b', 'weir;']) {
    assert.throws(() => planMigrations({ room, migrations: [] }, []), { code: 'STORAGE_MIGRATION_INVALID' });
  }
});
