import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '#base/crypto/index.ts';
import { tryHashing } from './try-hashing.ts';

const KEY = new Uint8Array(32).fill(9);
const parts = {
  maskKey: async () => KEY,
  purposes: async () => ['statement', 'mask'],
  random: (bytes: number) => systemRandom.bytes(bytes),
};

test('tryHashing() finds nothing without the key, and says what a model loses', async () => {
  const trial = await tryHashing(parts);
  assert.equal(trial.same, trial.words);
  assert.ok(trial.withoutKey < 6 && trial.withOtherKey < 6);
  assert.ok(trial.loss > -0.01 && trial.loss < 0.3);
});

test('tryHashing() shows a key of zeros, one that is not kept, and one that changes under the hand', async () => {
  assert.ok((await tryHashing({ ...parts, maskKey: async () => new Uint8Array(32) })).withoutKey === 500);
  assert.equal((await tryHashing({ ...parts, purposes: async () => [] })).custody, false);
  assert.ok((await tryHashing({ ...parts, maskKey: async () => systemRandom.bytes(32) })).same < 10);
});
