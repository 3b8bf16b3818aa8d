import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { makeRowSealer } from './row-sealer.ts';

const random = seededRandom(3);
const [first, second] = [AeadKey.fromBytes(random.bytes(32)), AeadKey.fromBytes(random.bytes(32))];
const aad = encodeUtf8('row 1');
const plaintext = encodeUtf8('{"name":"ada"}');
const failed = { code: 'CRYPTO_OPEN_FAILED' };

test('open() takes rows of every version that is there, seal() uses the current one', () => {
  const old = makeRowSealer(new Map([[1, first]]), 1, random);
  const now = makeRowSealer(
    new Map([
      [1, first],
      [2, second],
    ]),
    2,
    random,
  );
  assert.deepEqual(new Uint8Array(now.open(aad, old.seal(aad, plaintext))), plaintext);
  assert.throws(() => old.open(aad, now.seal(aad, plaintext)), failed);
});

test('open() fails for another row, a flipped bit and each truncation', () => {
  const sealer = makeRowSealer(
    new Map([
      [1, first],
      [3, second],
    ]),
    1,
    random,
  );
  const sealed = sealer.seal(aad, plaintext);
  assert.throws(() => sealer.open(encodeUtf8('row 2'), sealed), failed);
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = sealed.with(bit >> 3, (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
    assert.throws(() => sealer.open(aad, changed), failed);
  }
  for (let length = 0; length < sealed.length; length += 1) {
    assert.throws(() => sealer.open(aad, sealed.subarray(0, length)), failed);
  }
});

test('seal() takes a new nonce each time and stops before they could repeat', () => {
  const sealer = makeRowSealer(new Map([[1, first]]), 1, random, 600);
  const nonces = new Set(Array.from({ length: 600 }, () => sealer.seal(aad, plaintext).subarray(2, 14).toHex()));
  assert.equal(nonces.size, 600);
  assert.throws(() => sealer.seal(aad, plaintext), { code: 'CRYPTO_NONCES_SPENT' });
});

test('makeRowSealer() needs the key that it shall seal with', () => {
  assert.throws(() => makeRowSealer(new Map([[1, first]]), 2, random), RangeError);
  assert.throws(() => makeRowSealer(new Map([[256, first]]), 256, random), RangeError);
});
