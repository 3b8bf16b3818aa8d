import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentDigest, isContentDigest } from './content-digest.ts';

// Bodies and digests of RFC 9421 B.2 and RFC 9530 appendix B.
const HELLO = Buffer.from('{"hello": "world"}');
const HELLO_512 = 'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';

test('isContentDigest() takes the published digest of a body, and what contentDigest() writes', () => {
  assert.equal(contentDigest(HELLO), 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:');
  for (const field of [HELLO_512, contentDigest(HELLO), `${HELLO_512}, ${contentDigest(HELLO)}, md5=:AA==:`]) {
    assert.equal(isContentDigest(field, HELLO), true, field);
  }
});

test('isContentDigest() refuses another body, one wrong digest among several, and digests that it does not know', () => {
  const other = contentDigest(Buffer.from('{"hello": "World"}'));
  for (const field of [other, `${HELLO_512}, ${other}`, 'md5=:AA==:', 'sha-256=:AA==:', '']) {
    assert.equal(isContentDigest(field, HELLO), false, field);
  }
  assert.throws(() => isContentDigest('sha-256="x"', HELLO), { code: 'CRYPTO_FIELD_INVALID' });
});
