import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Micros } from '#base/core/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import { logBetween } from './log-between.ts';

function logOf(times: readonly number[]) {
  const all = times.map((time, index): PlacedEntry => ({
    index,
    time: time as Micros,
    event: { actor: 'weir:test', action: 'start', resource: 'platform:x', outcome: 'done' },
  }));
  return { entries: async (from: number, limit: number) => all.slice(from, from + limit) };
}

test('logBetween() gives the entries of a time, as a plain filter does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(9), { maxLength: 60 }), fc.nat(300), fc.nat(100), async (gaps, from, length) => {
      let time = 0;
      const times = gaps.map((gap) => (time += gap));
      const found = await logBetween(logOf(times), [from, from + length], ({ index }) => index % 2 === 0);
      assert.deepEqual(
        found.entries.map(({ index }) => index),
        times.flatMap((at, i) => (at >= from && at <= from + length && i % 2 === 0 ? [i] : [])),
      );
      assert.equal(found.until, null);
    }),
    { numRuns: 100 },
  );
});

test('logBetween() says up to when it read where there is too much', async () => {
  const { entries, until } = await logBetween(logOf([1, 2, 3, 4, 5]), [2, 9], () => true, 2);
  assert.deepEqual([entries.map(({ index }) => index), until], [[1, 2], 3]);
});
