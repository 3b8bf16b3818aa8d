import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whereSql } from './where.ts';

const COLUMNS = { name: 'text', size: 'integer?', body: 'blob' } as const;
const sqlOf = (where: Readonly<Record<string, unknown>>): readonly unknown[] => {
  const { sql, parameters } = whereSql('trial_a', COLUMNS, where);
  return [sql, parameters];
};

test('whereSql() joins all conditions', () => {
  const body = Uint8Array.of(1);
  assert.deepEqual(sqlOf({}), ['', []]);
  assert.deepEqual(sqlOf({ name: undefined }), ['', []]);
  assert.deepEqual(sqlOf({ name: 'a', size: null }), [' WHERE "name" = ? AND "size" IS NULL', ['a']]);
  assert.deepEqual(sqlOf({ size: { from: 1, below: 5 } }), [' WHERE "size" >= ? AND "size" < ?', [1, 5]]);
  assert.deepEqual(sqlOf({ size: { not: null } }), [' WHERE "size" IS NOT NULL', []]);
  assert.deepEqual(sqlOf({ name: { not: 'a' } }), [' WHERE "name" <> ?', ['a']]);
  assert.deepEqual(sqlOf({ name: { in: ['a', 'b'] } }), [' WHERE "name" IN (?, ?)', ['a', 'b']]);
  assert.deepEqual(sqlOf({ name: { in: [] } }), [' WHERE 1 = 0', []]);
  assert.deepEqual(sqlOf({ body }), [' WHERE "body" = ?', [body]]);
});

test('whereSql() refuses columns that are not there and values that they cannot hold', () => {
  assert.throws(() => sqlOf({ 'name" OR 1=1 --': 'a' }), TypeError);
  assert.throws(() => sqlOf({ constructor: 'a' }), TypeError);
  assert.throws(() => sqlOf({ size: 'a' }), { code: 'STORAGE_VALUE_INVALID' });
  assert.throws(() => sqlOf({ size: { in: [1, 'a'] } }), { code: 'STORAGE_VALUE_INVALID' });
});
