import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AeadKey } from '#base/crypto/index.ts';
import { isFirstState, openFirstState } from './state-file-1.ts';
import { openState } from './state-file.ts';

/** As it was written, under a key of 32 bytes of 7. */
const FILE = [
  '57454952575354316000000027d8a4b280b0689d9374e016e64110f59f8998db5fed9b6b4b48acea23867d44d7fd7878a196',
  '0e88add99d0cba9d13f164f38a63ab9804cae51dda305d098a58ffac54538f199b341781f488e2beec176c3ea18c5808f179',
  '40bbb27c29f364e1',
].join('');
const key = AeadKey.fromBytes(new Uint8Array(32).fill(7));
const file = Uint8Array.from(Buffer.from(FILE, 'hex'));

test('openFirstState() reads a file of the first version, and openState() does', () => {
  assert.ok(isFirstState(file));
  assert.ok(!isFirstState(Buffer.from('WEIRWST2')));
  const wanted = {
    cursor: new Map([['f1', 100]]),
    log: 41,
    devices: ['d0', 'd1'].map((device, i) => ({ stream: 's', device, snapshot: Buffer.alloc(3, i + 1) })),
  };
  assert.deepEqual(openFirstState(key, file), wanted);
  assert.deepEqual(openState(key, file), { ...wanted, damaged: [] });
});

test('openFirstState() refuses a file that is cut off anywhere, changed anywhere, or of another key', () => {
  for (let at = 8; at < file.length; at++) {
    assert.throws(() => openFirstState(key, file.subarray(0, at)), { code: 'DETECT_STATE_UNFIT' }, String(at));
    const changed = file.slice();
    changed[at] = changed[at]! ^ 1;
    assert.throws(() => openFirstState(key, changed), { code: 'DETECT_STATE_UNFIT' }, String(at));
  }
  const other = AeadKey.fromBytes(new Uint8Array(32).fill(8));
  assert.throws(() => openFirstState(other, file), { code: 'DETECT_STATE_UNFIT' });
});
