import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packSerials, serialKey } from './serial-key.ts';

test('serialKey() takes our own serials as they are and digests all others', () => {
  const own = '4F00112233445566778899AABBCCDDEE';
  assert.equal(Buffer.from(serialKey(own)).toString('hex').toUpperCase(), own);
  assert.deepEqual(serialKey(own.toLowerCase()), serialKey(own));
  for (const other of ['', '01', 'FF'.repeat(16), '40'.repeat(20), 'not hex']) {
    const key = serialKey(other);
    assert.equal(key.length, 16);
    assert.ok((key[0] ?? 0) >= 0x80, other);
  }
  assert.notDeepEqual(serialKey('01'), serialKey('0001'), 'as it was given: serials are not numbers here');
});

test('packSerials() lays keys one after the other', () => {
  const packed = packSerials(['01', '02']);
  assert.deepEqual(packed.subarray(0, 16), serialKey('01'));
  assert.deepEqual(packed.subarray(16), serialKey('02'));
});
