import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lookBack } from './look-back.ts';
import { entryAt } from './testing.ts';

test('lookBack() finds the first entry that is no older than a time before another', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(50), { minLength: 1, maxLength: 60 }),
      fc.nat(500),
      fc.nat(60),
      async (gaps, memory, at) => {
        let second = 0;
        const entries = gaps.map((gap, index) => entryAt((second += gap), {}, index));
        const next = Math.min(at, entries.length);
        async function* from(index: number) {
          yield* entries.slice(index);
        }
        const found = await lookBack(from, next, memory * 1e6);
        const newest = entries[next - 1];
        const plain = newest === undefined ? next : entries.findIndex(({ time }) => time >= newest.time - memory * 1e6);
        assert.equal(found, plain);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});
