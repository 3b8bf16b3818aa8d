import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StorageError } from './errors.ts';
import { fromSqlite, isBusy } from './sqlite-errors.ts';

const thrown = (errcode: number): Error => Object.assign(new Error('near "x"'), { code: 'ERR_SQLITE_ERROR', errcode });

test('fromSqlite() gives each result code its own, extended ones included', () => {
  const cases: [number, string][] = [
    [1, 'STORAGE_SQL_INVALID'],
    [5, 'STORAGE_BUSY'],
    [517, 'STORAGE_BUSY'],
    [8, 'STORAGE_IO'],
    [10, 'STORAGE_IO'],
    [778, 'STORAGE_IO'],
    [11, 'STORAGE_CATALOGUE_DAMAGED'],
    [13, 'STORAGE_FULL'],
    [14, 'STORAGE_IO'],
    [1555, 'STORAGE_CONSTRAINT'],
    [26, 'STORAGE_CATALOGUE_DAMAGED'],
    [99, 'STORAGE_IO'],
  ];
  for (const [errcode, code] of cases) {
    const error = fromSqlite('read from catalogue', thrown(errcode));
    assert.ok(error instanceof StorageError);
    assert.equal(error.code, code, String(errcode));
    assert.match(error.message, /^Cannot read from catalogue: /);
  }
});

test('fromSqlite() passes on what the engine did not throw', () => {
  const own = new TypeError('mine');
  assert.equal(fromSqlite('read', own), own);
  const coded = new StorageError('STORAGE_CLOSED', 'Cannot read: it was closed');
  assert.equal(fromSqlite('read', coded), coded);
  assert.equal(fromSqlite('read', 'text'), 'text');
});

test('isBusy() knows the codes that ask for patience', () => {
  assert.deepEqual(
    [5, 6, 261, 262, 11].map((code) => isBusy(thrown(code))),
    [true, true, true, true, false],
  );
  assert.equal(isBusy(new Error('other')), false);
});
