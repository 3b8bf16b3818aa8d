import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState } from '#learn/features/index.ts';
import { goesOn } from './goes-on.ts';

test('goesOn() says that a snapshot of another version cannot be gone on from, and throws where it is damaged', () => {
  const bytes = encodeState('one', 1, { value: 1 });
  assert.equal(
    goesOn(() => decodeState(bytes, 'one', 1)),
    true,
  );
  assert.equal(
    goesOn(() => decodeState(bytes, 'one', 2)),
    false,
  );
  assert.throws(() => goesOn(() => decodeState(bytes.subarray(0, 9), 'one', 1)), { code: 'FEATURES_STATE_CORRUPT' });
});
