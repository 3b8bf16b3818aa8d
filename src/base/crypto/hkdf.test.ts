import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromHex, toHex } from '#base/core/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import { hkdfSha256 } from './hkdf.ts';

test('hkdfSha256() agrees with the Wycheproof vectors', (t) => {
  const file = corpora(t, 'standards/wycheproof/hkdf_sha256_test.json');
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
    testGroups: {
      tests: { tcId: number; ikm: string; salt: string; info: string; size: number; okm: string; result: string }[];
    }[];
  };
  let tried = 0;
  for (const { tests } of testGroups) {
    for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
      const derive = (): string => toHex(hkdfSha256(fromHex(ikm), fromHex(info), size, fromHex(salt)));
      if (result === 'valid') assert.equal(derive(), okm, `vector ${tcId}`);
      else assert.throws(derive, `vector ${tcId}`);
      tried += 1;
    }
  }
  assert.ok(tried >= 40);
});

test('hkdfSha256() takes a text for its UTF-8 bytes', () => {
  const secret = new Uint8Array(32).fill(7);
  assert.deepEqual(hkdfSha256(secret, 'a b', 32), hkdfSha256(secret, fromHex('612062'), 32));
  assert.notDeepEqual(hkdfSha256(secret, 'a', 32), hkdfSha256(secret, 'b', 32));
});
