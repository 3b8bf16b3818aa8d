import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockOf, handleIn, placeIn } from './data-key-handle.ts';

const BLOCK = '0193f2aa00000000000000000000beef';

test('a handle leads to its block and its place, and one of version 1 to itself', () => {
  const handle = handleIn(BLOCK, 12);
  assert.deepEqual([blockOf(handle), placeIn(BLOCK, 13, handle)], [BLOCK, 12]);
  assert.deepEqual([blockOf(BLOCK), placeIn(BLOCK, null, BLOCK)], [BLOCK, 0]);
  assert.equal(placeIn(BLOCK, null, handle), null);
});

for (const given of ['13', '-1', '1.0', '01', ' 1', '1e0', '', 'x', '1.1']) {
  test(`placeIn() takes ${JSON.stringify(given)} for no place`, () => {
    assert.equal(placeIn(BLOCK, 13, `${BLOCK}.${given}`), null);
  });
}

test('placeIn() takes a handle of another block for no place', () => {
  assert.equal(placeIn(BLOCK, 13, handleIn(BLOCK.toUpperCase(), 1)), null);
  assert.equal(placeIn(BLOCK, 13, BLOCK), null);
});
