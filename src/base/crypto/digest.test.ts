import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { encodeUtf8, fromHex, toHex } from '#base/core/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import { hmacSha256, Sha256, sha256, sha256Hex } from './digest.ts';

test('sha256() agrees with the examples of FIPS 180-4', () => {
  const cases = [
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ] as const;
  for (const [text, digest] of cases) {
    assert.equal(toHex(sha256(encodeUtf8(text))), digest);
    assert.equal(sha256Hex(text), digest);
    assert.equal(sha256Hex(encodeUtf8(text)), digest);
  }
});

test('hmacSha256() agrees with the Wycheproof vectors', (t) => {
  const file = corpora(t, 'standards/wycheproof/hmac_sha256_test.json');
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
    testGroups: { tests: { tcId: number; key: string; msg: string; tag: string; result: string }[] }[];
  };
  let tried = 0;
  for (const { tests } of testGroups) {
    for (const { tcId, key, msg, tag, result } of tests) {
      const same = toHex(hmacSha256(fromHex(key), fromHex(msg))).startsWith(tag);
      assert.equal(same, result === 'valid', `vector ${tcId}`);
      tried += 1;
    }
  }
  assert.ok(tried >= 40);
});

test('Sha256 takes its data in parts', () => {
  assert.equal(new Sha256().update('a').update(encodeUtf8('bc')).hex(), sha256Hex('abc'));
});
