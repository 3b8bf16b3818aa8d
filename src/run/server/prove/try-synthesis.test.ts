import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trySynthesis } from './try-synthesis.ts';

test('trySynthesis() gives nothing away, whatever chance decides', () => {
  for (const seed of [1, 2, 3]) {
    const { made, nearRare, membership, effectsBeforeCause } = trySynthesis(seed);
    assert.deepEqual([made, nearRare, effectsBeforeCause], [800, 0, 0]);
    assert.ok(membership < 0.6, `${membership}`);
  }
});
