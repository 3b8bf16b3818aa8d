import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { LeftOutBook } from './left-out-book.ts';
import { LEFT_OUT_COUNTS, PeriodCounts } from './period-counts.ts';

const HOUR = 3_600_000_000;

test('LeftOutBook counts by hour and stream, and outlives a restart', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const open = async () =>
    new LeftOutBook(await PeriodCounts.open(catalogue, await keys.rowSealer('people'), LEFT_OUT_COUNTS));
  const book = await open();
  book.note([['climate', { undeclared: 2, withheld: 0, bytes: 40, folded: 0, foldedBytes: 0 }]], 5);
  book.note([['climate', { undeclared: 1, withheld: 3, bytes: 60, folded: 0, foldedBytes: 0 }]], HOUR + 5);
  book.note([['pulse', { undeclared: 0, withheld: 9, bytes: 0, folded: 0, foldedBytes: 0 }]], HOUR + 6);
  await book.save();
  const again = await open();
  assert.deepEqual(
    [...(await again.sums())],
    [
      ['climate', { undeclared: 3, withheld: 3, bytes: 100, folded: 0, foldedBytes: 0 }],
      ['pulse', { undeclared: 0, withheld: 9, bytes: 0, folded: 0, foldedBytes: 0 }],
    ],
  );
  assert.deepEqual((await again.rows())[0], [0, 'climate', 'undeclared', 2]);
});
