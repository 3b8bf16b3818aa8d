import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { IDENTITY_SCHEMA } from './identity-tables.ts';

test('IDENTITY_SCHEMA keeps the text of its released versions', () => {
  const released = [
    'c5d32b1640a88ab720ba858f5a0731e83437ea44d6ef25342c3ce1e4c268a398',
    'b94af53ce45bdb6d42f1463d2b6952f7970a4cdf0d7670c4b5e8944df6d5cd49',
    '476f573b034db6d297f08526cbf316a84751e18b943dfc9fc96172a1fc913655',
    '1a20fa3ffaddde18a3e77c0c674f97284e40b828e3f99bcecdf1b461ddff04b1',
  ];
  assert.deepEqual(
    IDENTITY_SCHEMA.migrations.map((statements) => sha256Hex(JSON.stringify(statements))),
    released,
  );
});
