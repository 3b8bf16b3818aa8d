import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { formatBase32, parseBase32 } from './base32.ts';

test('parseBase32() undoes formatBase32() for every length', () => {
  const random = seededRandom(32);
  for (let length = 0; length < 60; length += 1) {
    const data = random.bytes(length);
    const text = formatBase32(data);
    assert.match(text, /^[0-9A-HJKMNP-TV-Z]*$/);
    assert.deepEqual(parseBase32(text), data);
    assert.deepEqual(parseBase32(text.toLowerCase()), data);
  }
});

test('parseBase32() forgives the letters that paper confuses and refuses the rest', () => {
  assert.deepEqual(parseBase32('oO'), Uint8Array.of(0));
  assert.deepEqual(parseBase32('iLw'), parseBase32('11W'));
  for (const text of ['U0', '-0', '0', '01', '000', 'ä0']) assert.equal(parseBase32(text), null, text);
});
