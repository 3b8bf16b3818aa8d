import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '#base/core/index.ts';
import { formatReceipt } from '#trust/audit/index.ts';
import { makeReceipt } from '../../../../test/support/make-receipt.ts';
import { traceOwn } from './trace-own.ts';

test('traceOwn() checks a receipt as a stranger would, and freezes the same rows twice', async (t) => {
  const { receipt, keys } = await makeReceipt(t);
  const tried = (digests: string[], body: Json = JSON.parse(formatReceipt(receipt)) as Json) =>
    traceOwn(async (method, path) => {
      if (path === '/v1/query') return { status: 200, body: null, headers: { 'weir-query-id': 'q' } };
      if (path === '/v1/queries/q/receipt') return { status: 200, body };
      if (path === '/v1/datasets') return { status: 201, body: { digest: digests.shift() ?? '' } };
      if (path.endsWith('/lineage')) return { status: 200, body: { segments: [{}] } };
      return { status: method === 'GET' ? 404 : 200, body: {} };
    }, keys);
  const sound = { holds: true, forgedRefused: true, sameDigest: true, segments: 1, deletedIsGone: true };
  assert.deepEqual(await tried(['a', 'a']), sound);
  assert.deepEqual(await tried(['a', 'b']), { ...sound, sameDigest: false });
  assert.equal((await tried(['a', 'a'], { receipt: 1 })).holds, false);
});
