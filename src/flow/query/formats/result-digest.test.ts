import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { ResultDigest } from './result-digest.ts';

test('ResultDigest is SHA-256 over rows as JSON arrays of texts, in order', () => {
  const digest = new ResultDigest();
  digest.row(['a', null, '4.5']);
  digest.row(['', '"', '\ud800']);
  assert.equal(digest.rows, 2);
  const hex = digest.hex();
  assert.equal(hex, sha256Hex('["a",null,"4.5"]\n["","\\"","\ufffd"]\n'));
  const other = new ResultDigest();
  other.row(['', '"', '\ud800']);
  other.row(['a', null, '4.5']);
  assert.notEqual(other.hex(), hex);
});
