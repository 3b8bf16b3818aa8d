import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDer } from '../certificates/der.ts';
import { reading } from './read-der.ts';

test('reading() gives malformed DER its code and lets every other fault through', () => {
  assert.equal(
    reading(() => readDer(Uint8Array.of(5, 0)).tag),
    5,
  );
  assert.throws(() => reading(() => readDer(Uint8Array.of(5))), { code: 'IDENTITY_DER_INVALID' });
  assert.throws(
    () =>
      reading(() => {
        throw new TypeError('x');
      }),
    TypeError,
  );
});
