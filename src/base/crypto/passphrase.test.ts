import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { test } from 'node:test';
import { encodeUtf8, toHex } from '#base/core/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { derivePassphraseKey, makePassphraseParameters } from './passphrase.ts';
import type { PassphraseParameters } from './passphrase.ts';

const WEAKEST: PassphraseParameters = {
  algorithm: 'argon2id',
  memoryKiB: 19_456,
  passes: 2,
  lanes: 1,
  salt: encodeUtf8('0123456789abcdef'),
};

test('the primitive agrees with RFC 9106 section 5.3', () => {
  const parameters = {
    message: new Uint8Array(32).fill(1),
    nonce: new Uint8Array(16).fill(2),
    secret: new Uint8Array(8).fill(3),
    associatedData: new Uint8Array(12).fill(4),
    memory: 32,
    passes: 3,
    parallelism: 4,
    tagLength: 32,
  };
  const tag = '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659';
  assert.equal(argon2Sync('argon2id', parameters).toString('hex'), tag);
});

test('derivePassphraseKey() hands each parameter to the primitive', async () => {
  const message = encodeUtf8('correct horse');
  const stored = { ...WEAKEST, passes: 3, lanes: 2 };
  const parameters = { message, nonce: stored.salt, memory: 19_456, passes: 3, parallelism: 2, tagLength: 32 };
  assert.equal(toHex(await derivePassphraseKey(message, stored)), argon2Sync('argon2id', parameters).toString('hex'));
});

test('derivePassphraseKey() depends on passphrase and salt', async () => {
  const key = async (text: string, salt: string): Promise<string> =>
    toHex(await derivePassphraseKey(encodeUtf8(text), { ...WEAKEST, salt: encodeUtf8(salt) }));
  const keys = [
    await key('a', '0123456789abcdef'),
    await key('b', '0123456789abcdef'),
    await key('a', '0123456789abcdeg'),
  ];
  assert.equal(new Set(keys).size, 3);
});

test('derivePassphraseKey() refuses stored parameters out of bounds before it computes', async () => {
  const wrong: Partial<Record<keyof PassphraseParameters, unknown>>[] = [
    { memoryKiB: 8 },
    { memoryKiB: 2 ** 31 },
    { memoryKiB: 19_456.5 },
    { passes: 0 },
    { passes: 17 },
    { lanes: 0 },
    { lanes: 255 },
    { lanes: Number.NaN },
    { salt: new Uint8Array(15) },
    { salt: new Uint8Array(65) },
    { algorithm: 'argon2i' },
  ];
  for (const change of wrong) {
    const parameters = { ...WEAKEST, ...change } as PassphraseParameters;
    await assert.rejects(derivePassphraseKey(encodeUtf8('x'), parameters), { code: 'CRYPTO_PARAMETERS_INVALID' });
  }
});

test('makePassphraseParameters() follows RFC 9106 section 4 with a salt of its own each time', () => {
  const random = seededRandom(9106);
  const { salt, ...rest } = makePassphraseParameters(random);
  assert.deepEqual(rest, { algorithm: 'argon2id', memoryKiB: 65_536, passes: 3, lanes: 4 });
  assert.equal(salt.length, 16);
  assert.notDeepEqual(makePassphraseParameters(random).salt, salt);
});
