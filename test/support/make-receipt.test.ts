import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeReceipt, RECEIPT_BODY } from './make-receipt.ts';

test('makeReceipt() gives a receipt with an entry for each thing that it says', async (t) => {
  const { receipt } = await makeReceipt(t);
  assert.equal(receipt.proof.entries.length, RECEIPT_BODY.relations.length + RECEIPT_BODY.segments.length + 1);
});
