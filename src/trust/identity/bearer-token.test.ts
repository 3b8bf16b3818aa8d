import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { sha256, systemRandom } from '#base/crypto/index.ts';
import { makeToken, tokenDigest } from './bearer-token.ts';

test('makeToken() gives 256 bits behind a prefix, never the same', () => {
  const tokens = Array.from({ length: 100 }, () => makeToken(systemRandom));
  assert.equal(new Set(tokens).size, 100);
  for (const token of tokens) {
    assert.match(token, /^weir_[A-Za-z0-9_-]{43}$/);
    assert.equal(Buffer.from(token.slice(5), 'base64url').length, 32);
  }
});

test('tokenDigest() is SHA-256 of a token and null for other texts', () => {
  const token = makeToken(systemRandom);
  assert.deepEqual(tokenDigest(token), sha256(encodeUtf8(token)));
  for (const text of [
    '',
    'weir_',
    token.slice(0, -1),
    `${token}A`,
    ` ${token}`,
    `${token}\n`,
    token.toUpperCase(),
    'x'.repeat(1e6),
  ]) {
    assert.equal(tokenDigest(text), null);
  }
});
