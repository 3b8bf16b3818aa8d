import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { IDENTITY_SCHEMA } from './identity-tables.ts';

test('IDENTITY_SCHEMA keeps the text of its released versions', () => {
  const released = ['c5d32b1640a88ab720ba858f5a0731e83437ea44d6ef25342c3ce1e4c268a398'];
  assert.deepEqual(
    IDENTITY_SCHEMA.migrations.map((statements) => sha256Hex(JSON.stringify(statements))),
    released,
  );
});
