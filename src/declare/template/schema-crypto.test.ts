import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CERTIFICATE_ALGORITHMS, CHECKPOINT_ALGORITHMS } from '#base/crypto/index.ts';
import { crypto } from './schema-crypto.ts';

test('crypto takes the algorithms of the table and no others', () => {
  const { checkpoints, certificates } = JSON.parse(JSON.stringify(crypto.properties)) as {
    checkpoints: { items: { enum: string[] }; minItems: number };
    certificates: { enum: string[] };
  };
  assert.deepEqual(certificates.enum, CERTIFICATE_ALGORITHMS);
  assert.deepEqual([checkpoints.items.enum, checkpoints.minItems], [CHECKPOINT_ALGORITHMS, 1]);
});
