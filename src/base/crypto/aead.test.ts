import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { concatBytes, fromHex, toHex } from '#base/core/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, AeadKey } from './aead.ts';

interface Vector {
  readonly tcId: number;
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
  readonly result: 'valid' | 'invalid';
}

const random = seededRandom(38);

test('AeadKey agrees with the Wycheproof vectors for 96-bit nonces and 128-bit tags', (t) => {
  const file = corpora(t, 'standards/wycheproof/aes_gcm_test.json');
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
    testGroups: { ivSize: number; tagSize: number; tests: Vector[] }[];
  };
  let tried = 0;
  for (const { ivSize, tagSize, tests } of testGroups) {
    if (ivSize !== AEAD_NONCE_LENGTH * 8 || tagSize !== AEAD_TAG_LENGTH * 8) continue;
    for (const { tcId, result, ...hex } of tests) {
      const key = AeadKey.fromBytes(fromHex(hex.key));
      const [nonce, aad, plaintext] = [fromHex(hex.iv), fromHex(hex.aad), fromHex(hex.msg)];
      const sealed = concatBytes([fromHex(hex.ct), fromHex(hex.tag)]);
      if (result === 'valid') {
        assert.equal(toHex(key.seal(nonce, aad, plaintext)), toHex(sealed), `seal ${tcId}`);
        assert.equal(toHex(key.open(nonce, aad, sealed)), hex.msg, `open ${tcId}`);
      } else {
        assert.throws(() => key.open(nonce, aad, sealed), { code: 'CRYPTO_OPEN_FAILED' }, `open ${tcId}`);
      }
      tried += 1;
    }
  }
  assert.ok(tried > 60, `${tried} vectors`);
});

test('open() fails on one flipped bit anywhere, in key, nonce or associated data, and on each truncation', () => {
  const raw = random.bytes(32);
  const [nonce, aad, plaintext] = [random.bytes(12), random.bytes(5), random.bytes(9)];
  const key = AeadKey.fromBytes(raw);
  const sealed = key.seal(nonce, aad, plaintext);
  const fails = (k: AeadKey, n: Uint8Array, a: Uint8Array, s: Uint8Array): void =>
    assert.throws(() => k.open(n, a, s), { code: 'CRYPTO_OPEN_FAILED' });
  const flips = (data: Uint8Array): Uint8Array[] =>
    Array.from({ length: data.length * 8 }, (_, bit) =>
      data.map((b, at) => (at === bit >> 3 ? b ^ (1 << (bit & 7)) : b)),
    );
  for (const changed of flips(sealed)) fails(key, nonce, aad, changed);
  for (const changed of flips(nonce)) fails(key, changed, aad, sealed);
  for (const changed of flips(aad)) fails(key, nonce, changed, sealed);
  for (const changed of flips(raw)) fails(AeadKey.fromBytes(changed), nonce, aad, sealed);
  for (let length = 0; length < sealed.length; length += 1) fails(key, nonce, aad, sealed.subarray(0, length));
});

test('fromBytes() refuses lengths that are no AES key', () => {
  for (const length of [0, 15, 17, 31, 33, 64]) {
    assert.throws(() => AeadKey.fromBytes(new Uint8Array(length)), { code: 'CRYPTO_KEY_INVALID' });
  }
});

test('AeadKey shows its bytes only when asked', () => {
  const raw = new Uint8Array(32).fill(0xab);
  const key = AeadKey.fromBytes(raw);
  assert.doesNotMatch(inspect(key, { depth: 5, showHidden: true }) + JSON.stringify(key), /ab.{0,2}ab|171/i);
  assert.deepEqual(key.exportBytes(), raw);
});
