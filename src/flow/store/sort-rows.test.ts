import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { sortedOrder } from './sort-rows.ts';

it('sortedOrder() equals the naive stable sort', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -20, max: 20 })), (keys) => {
      const naive = keys.map((_, i) => i).toSorted((a, b) => keys[a]! - keys[b]! || a - b);
      assert.deepEqual([...sortedOrder(Float64Array.from(keys))], naive);
    }),
    { seed: 1 },
  );
});
