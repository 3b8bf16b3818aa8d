import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { AeadKey } from './aead.ts';
import { unwrapKey, wrapKey } from './wrap.ts';

const random = seededRandom(5);
const wrapping = AeadKey.fromBytes(random.bytes(32));
const material = random.bytes(32);
const context = encodeUtf8('column temperature');

test('unwrapKey() gives back what wrapKey() took, and no two wraps are alike', () => {
  const first = wrapKey(wrapping, context, material, random);
  const second = wrapKey(wrapping, context, material, random);
  assert.notDeepEqual(first, second);
  assert.deepEqual(new Uint8Array(unwrapKey(wrapping, context, first)), material);
  assert.equal(first.length, 12 + 32 + 16);
});

test('unwrapKey() fails for another context, another key, a flipped bit and each truncation', () => {
  const wrapped = wrapKey(wrapping, context, material, random);
  const failed = { code: 'CRYPTO_OPEN_FAILED' };
  assert.throws(() => unwrapKey(wrapping, encodeUtf8('column pulse'), wrapped), failed);
  assert.throws(() => unwrapKey(AeadKey.fromBytes(random.bytes(32)), context, wrapped), failed);
  for (let at = 0; at < wrapped.length; at += 1) {
    assert.throws(() => unwrapKey(wrapping, context, wrapped.with(at, (wrapped[at] ?? 0) ^ 1)), failed);
    assert.throws(() => unwrapKey(wrapping, context, wrapped.subarray(0, at)), failed);
  }
});
