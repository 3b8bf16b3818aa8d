import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { API_KEYS, CODES, PASSWORDS, SESSIONS, SIGNING_KEYS, SIGN_IN_SCHEMA } from './sign-in-tables.ts';

test('released versions of the tables never change', () => {
  assert.deepEqual(
    SIGN_IN_SCHEMA.migrations.map((statements) => sha256Hex(JSON.stringify(statements)).slice(0, 16)),
    ['dae345c0fd6ba9a9', 'f62bf062000f2606'],
  );
});

test('no column in clear can hold a name, a secret or what an identity provider said', () => {
  const columns = [API_KEYS, SESSIONS, PASSWORDS, CODES, SIGNING_KEYS].flatMap(({ key, clear }) =>
    Object.keys({ ...key, ...clear }),
  );
  const allowed = [
    'digest',
    'id',
    'person',
    'status',
    'method',
    'strength',
    'created',
    'changed',
    'expires',
    'last_used',
  ];
  assert.deepEqual(
    [...new Set(columns)].filter((column) => !allowed.includes(column)),
    [],
  );
});
