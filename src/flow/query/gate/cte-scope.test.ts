import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CteScope } from './cte-scope.ts';
import { Refusal } from './refusal.ts';

const entry = (key: string, aliases: readonly string[] = []) => ({ key, value: { aliases } });

test('CteScope.open() lets each query see those before it', () => {
  const scope = CteScope.open(null, [entry('a'), entry('B'), entry('a')]);
  assert.deepEqual(
    scope?.own(null).map(({ name }) => name),
    ['a', 'B', 'a'],
  );
  assert.equal(scope?.find('b')?.before?.name, 'a');
  assert.equal(scope?.find('A'), scope);
  assert.equal(scope?.find('c'), undefined);
  assert.equal(CteScope.open(scope, []), scope);
});

test('CteScope.own() stops at the clause outside', () => {
  const outer = CteScope.open(null, [entry('a')]);
  const inner = CteScope.open(outer, [entry('b'), entry('c')]);
  assert.deepEqual(
    inner?.own(outer).map(({ name }) => name),
    ['c', 'b'],
  );
});

test('CteScope.takeAll() marks a query; one with renamed columns is marked from the start', () => {
  const scope = CteScope.open(null, [entry('a'), entry('b', ['x'])]);
  assert.deepEqual([scope?.find('a')?.takesAll, scope?.find('b')?.takesAll], [false, true]);
  scope?.find('a')?.takeAll();
  assert.equal(scope?.find('a')?.takesAll, true);
});

test('CteScope.open() refuses names of the catalogue and unknown forms', () => {
  for (const key of ['duckdb_settings', 'SQLITE_master', 'information_schema', 'weir', 'weir_x', 'pg_class']) {
    assert.throws(() => CteScope.open(null, [entry(key)]), Refusal, key);
  }
  assert.throws(() => CteScope.open(null, [{ ...entry('a'), more: 1 }]), Refusal);
});
