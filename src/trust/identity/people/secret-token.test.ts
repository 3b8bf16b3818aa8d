import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { encodeUtf8 } from '#base/core/index.ts';
import { sha256, systemRandom } from '#base/crypto/index.ts';
import { makeSecret, readSecret, SECRET_KINDS } from './secret-token.ts';

test('makeSecret() gives 256 bits behind a prefix that names the kind, never the same', () => {
  for (const kind of SECRET_KINDS) {
    const secrets = Array.from({ length: 100 }, () => makeSecret(kind, systemRandom));
    assert.equal(new Set(secrets).size, 100);
    for (const secret of secrets) assert.match(secret, new RegExp(`^weir_${kind}_[0-9A-Za-z]{49}$`));
  }
});

test('makeSecret() writes every bit of the random number and ends with its CRC-32', () => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const value = (digits: string): bigint =>
    Array.from(digits).reduce((sum, d) => sum * 62n + BigInt(alphabet.indexOf(d)), 0n);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const secret = makeSecret('key', { bytes: () => bytes });
      assert.equal(value(secret.slice(9, 52)), BigInt(`0x${bytes.toHex()}`));
      assert.equal(value(secret.slice(52)), BigInt(crc32(secret.slice(0, 52))));
    }),
    { seed: 1 },
  );
});

test('readSecret() gives kind and SHA-256 of a secret', () => {
  for (const kind of SECRET_KINDS) {
    const secret = makeSecret(kind, systemRandom);
    assert.deepEqual(readSecret(secret), { kind, digest: sha256(encodeUtf8(secret)) });
  }
});

test('readSecret() knows the tokens of before there were kinds', () => {
  const earlier = 'weir_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
  assert.deepEqual(readSecret(earlier), { kind: 'token', digest: sha256(encodeUtf8(earlier)) });
});

test('readSecret() takes no other text', () => {
  const secret = makeSecret('key', systemRandom);
  for (const text of [
    '',
    'weir_',
    'weir_key_',
    secret.slice(0, -1),
    `${secret}A`,
    ` ${secret}`,
    `${secret}\n`,
    secret.toUpperCase(),
    secret.replace('weir_key_', 'weir_session_'),
    secret.replace('weir_key_', 'weir_root_'),
    'x'.repeat(1e6),
  ]) {
    assert.equal(readSecret(text), null);
  }
});

test('readSecret() notices every change of one character, and survives any text', () => {
  const secret = makeSecret('session', systemRandom);
  const character = fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-'));
  fc.assert(
    fc.property(fc.nat(secret.length - 1), character, (at, other) => {
      fc.pre(secret[at] !== other);
      assert.equal(readSecret(secret.slice(0, at) + other + secret.slice(at + 1)), null);
    }),
    { numRuns: 1_000, seed: 1 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => readSecret(text) === null),
    { seed: 1 },
  );
});
