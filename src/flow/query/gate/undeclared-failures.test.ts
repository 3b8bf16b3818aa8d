import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from './refusal.ts';
import { refuseUndeclaredFailures } from './undeclared-failures.ts';

test('refuseUndeclaredFailures() finds such a function wherever it stands', () => {
  const call = { class: 'FUNCTION', function_name: 'CHR', children: [] };
  assert.throws(() => refuseUndeclaredFailures({ node: { where_clause: { children: [call] } } }), Refusal);
});

test('refuseUndeclaredFailures() leaves other functions alone', () => {
  refuseUndeclaredFailures({ node: { select_list: [{ class: 'FUNCTION', function_name: 'abs', children: [] }] } });
});
