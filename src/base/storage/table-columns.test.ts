import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnSql, isColumnValue, requireColumnValue } from './table-columns.ts';

test('columnSql() says type and whether it may be null', () => {
  assert.equal(columnSql('text'), 'TEXT NOT NULL');
  assert.equal(columnSql('integer?'), 'BIGINT');
  assert.equal(columnSql('real'), 'DOUBLE PRECISION NOT NULL');
  assert.equal(columnSql('blob?'), 'BLOB');
});

test('isColumnValue() takes only what comes back from the engine unchanged', () => {
  const good = [
    ['text', ''],
    ['text', 'ä'],
    ['text?', null],
    ['integer', -(2 ** 53 - 1)],
    ['real', 0.1],
    ['blob', new Uint8Array(0)],
  ] as const;
  for (const [kind, value] of good) assert.equal(isColumnValue(kind, value), true, kind);
  const bad = [
    ['text', null],
    ['text', 1],
    ['text', 'a\0b'],
    ['text', '\ud800'],
    ['integer', 0.5],
    ['integer', 2 ** 53],
    ['integer', 1n],
    ['integer', undefined],
    ['real', Number.NaN],
    ['real', Number.POSITIVE_INFINITY],
    ['blob', 'x'],
    ['blob', [1]],
  ] as const;
  for (const [kind, value] of bad) assert.equal(isColumnValue(kind, value), false, `${kind} ${String(value)}`);
});

test('requireColumnValue() names table and column and not the value', () => {
  const attempt = (): unknown => requireColumnValue('identity_device', 'idx', 'integer', 'hunter2');
  assert.throws(attempt, { code: 'STORAGE_VALUE_INVALID', message: /identity_device.*idx/ });
  assert.throws(attempt, (error: Error) => !error.message.includes('hunter2'));
});
