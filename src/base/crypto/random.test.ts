import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from './random.ts';

test('systemRandom gives as many bytes as asked, never the same', () => {
  for (const length of [0, 1, 32, 1_000]) assert.equal(systemRandom.bytes(length).length, length);
  assert.notDeepEqual(systemRandom.bytes(32), systemRandom.bytes(32));
});
