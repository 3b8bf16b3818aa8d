import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnShape } from '#base/core/index.ts';
import { checkPiece } from '#flow/query/index.ts';
import { encodeParquet } from '#flow/store/index.ts';
import { CheckThread } from './check-thread.ts';

const COLUMNS: readonly ColumnShape[] = [{ name: 'n', type: 'number', nullable: true }];

function pieceOf(...values: readonly number[]): Uint8Array {
  const data = { type: 'number', values: Float64Array.from(values), nulls: null } as const;
  const batch = { stream: '', template: '', rows: values.length, columns: [{ name: 'n', data }] };
  return encodeParquet(COLUMNS, [batch]).slice();
}

test('CheckThread reads pieces in another thread, gives their bytes back, and refuses what is none', async () => {
  await using thread = new CheckThread();
  for (const values of [[1, 2, 3], [4]]) {
    const plain = pieceOf(...values);
    const { checked, plain: back } = await thread.check({ plain: plain.slice(), columns: COLUMNS });
    assert.deepEqual([checked, back], [checkPiece(plain, COLUMNS), plain]);
  }
  const bad = { plain: new Uint8Array(64), columns: COLUMNS };
  await assert.rejects(thread.check(bad), { code: 'QUERY_FAILED' });
  assert.equal((await thread.check({ plain: pieceOf(7), columns: COLUMNS })).checked.rows, 1);
});

test('CheckThread ends with its owner, in whose absence nothing was started', async () => {
  const thread = new CheckThread();
  await thread[Symbol.asyncDispose]();
  const other = new CheckThread();
  const checking = other.check({ plain: pieceOf(1), columns: COLUMNS });
  await Promise.all([assert.rejects(checking), other[Symbol.asyncDispose]()]);
});
