import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeReceipt } from '../../../test/support/make-receipt.ts';
import { formatReceipt, parseReceipt, receiptDigest } from './receipt.ts';

test('parseReceipt() reads what formatReceipt() writes', async (t) => {
  const { receipt } = await makeReceipt(t);
  const text = formatReceipt(receipt);
  assert.deepEqual(parseReceipt(text), receipt);
  assert.equal(receiptDigest(receipt.body).length, 64);
});

test('parseReceipt() takes one form alone', async (t) => {
  const { receipt } = await makeReceipt(t);
  const text = formatReceipt(receipt);
  const { body, proof } = receipt;
  const refused = [
    '',
    '[]',
    'null',
    text.trimEnd(),
    ` ${text}`,
    text.replace(',"receipt":1', ',"receipt":2'),
    text.replace('"entries":[', '"more":1,"entries":['),
    formatReceipt({ body: { ...body, relations: 'all' as never }, proof }),
    formatReceipt({ body: { ...body, segments: [{} as never] }, proof }),
    formatReceipt({ body: { ...body, result: {} as never }, proof }),
    formatReceipt({ body, proof: { ...proof, checkpoint: 5 as never } }),
    formatReceipt({ body, proof: { ...proof, entries: [{ index: 1.5 } as never] } }),
  ];
  for (const each of refused) assert.throws(() => parseReceipt(each), { code: 'AUDIT_RECEIPT_INVALID' }, each);
});
