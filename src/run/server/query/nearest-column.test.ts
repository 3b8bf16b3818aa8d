import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '#flow/query/index.ts';
import type { Grants } from '#flow/query/index.ts';
import { withNearestColumn } from './nearest-column.ts';

const clear = (...names: readonly string[]) => ({
  columns: names.map((name) => ({ name, mask: null })),
  rowFilter: null,
});
const GRANTS: Grants = new Map([
  ['pump', clear('device', 'pressure', 'flow')],
  ['climate', clear('device', 'temperature')],
]);
const fromPump = JSON.stringify({ node: { from_table: { type: 'BASE_TABLE', table_name: 'PUMP' } } });
const unknown = (column: string) =>
  new QueryError('QUERY_FAILED', 'Cannot run statement: binder error', {
    detail: `Binder Error: Referenced column "${column}" not found in FROM clause!`,
  });

const hintFor = (error: unknown): string | undefined =>
  (withNearestColumn(error, fromPump, GRANTS) as { hint?: string }).hint;

test('withNearestColumn() names the nearest column that the author sees in what the statement names', () => {
  assert.equal(hintFor(unknown('presure')), 'did you mean pressure (of pump)? DESCRIBE pump shows its columns');
  const qualified = new QueryError('QUERY_FAILED', 'Cannot run statement: binder error', {
    detail: 'Binder Error: Table "p" does not have a column named "flw"',
  });
  assert.match(hintFor(qualified) ?? '', /^did you mean flow /);
});

test('withNearestColumn() names no column of other relations, nor one that the author does not see', () => {
  // `driver` may be in pump and in climate: without a grant it is in neither.
  assert.equal(hintFor(unknown('drivr')), 'DESCRIBE pump shows its columns');
  assert.equal(hintFor(unknown('temperatur')), 'DESCRIBE pump shows its columns');
  const kept = withNearestColumn(unknown('flo'), fromPump, GRANTS) as QueryError;
  assert.deepEqual([kept.code, kept.detail], ['QUERY_FAILED', unknown('flo').detail]);
});

test('withNearestColumn() hands other failures back as they are', () => {
  for (const error of [
    new QueryError('QUERY_FAILED', 'Cannot run statement: conversion error', { detail: 'Conversion Error: x' }),
    new QueryError('QUERY_FAILED', 'Cannot run statement: internal error'),
    new QueryError('QUERY_TIME_LIMIT', 'Cannot finish statement', { detail: unknown('flo').detail ?? '' }),
    new Error('Binder Error: Referenced column "flo" not found in FROM clause!'),
    null,
  ]) {
    assert.equal(withNearestColumn(error, fromPump, GRANTS), error);
  }
});
