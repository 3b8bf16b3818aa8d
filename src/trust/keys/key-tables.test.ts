import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { KEYS_SCHEMA } from './key-tables.ts';

test('KEYS_SCHEMA keeps the text of its released versions', () => {
  const released = [
    'a2279ba87bcff4bb8292b582947816fe753b5ba23843beada0c3b7c9703f5dd2',
    '559e587075db538717bab86b21b8c0463b9944e47ec1476e73af4eabe20406f4',
    '96bf2beb511e8643cec14dacbba7dc149723ad2b8fc06830a6f31b2f1a8f86e1',
    '351b209e929a7538e8f7f84df1ce31531691b3edf1268a3f1b6f67f989d0596d',
  ];
  assert.deepEqual(
    KEYS_SCHEMA.migrations.map((statements) => sha256Hex(JSON.stringify(statements))),
    released,
  );
});
