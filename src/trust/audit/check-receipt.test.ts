import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeReceipt, RECEIPT_BODY } from '../../../test/support/make-receipt.ts';
import { openAuditLog, testKey } from '../../../test/support/open-audit-log.ts';
import { checkReceipt, formatPolicies } from './check-receipt.ts';
import { formatReceipt } from './receipt.ts';
import type { ReceiptBody } from './receipt.ts';

const [climate, devices] = RECEIPT_BODY.relations;

test('checkReceipt() needs nothing but keys, and names what is on trust', async (t) => {
  const { receipt, keys } = await makeReceipt(t);
  const checked = checkReceipt(formatReceipt(receipt), { logKeys: keys });
  assert.deepEqual([checked.body, checked.vouched, checked.index], [receipt.body, ['_devices'], 6]);
});

test('checkReceipt() refuses each changed byte, but for lines of signatures that others make up for', async (t) => {
  const { receipt, keys } = await makeReceipt(t);
  const text = formatReceipt(receipt);
  const signatures = text.indexOf('\\n\\n— ');
  const rest = text.indexOf('","entries"');
  assert.ok(signatures > 0 && rest > signatures);
  for (let at = 0; at < text.length; at++) {
    if (at === signatures) at = rest;
    const code = text.charCodeAt(at);
    const changed = `${text.slice(0, at)}${String.fromCharCode(code ^ 1)}${text.slice(at + 1)}`;
    assert.throws(() => checkReceipt(changed, { logKeys: keys }), `byte ${at}: ${text.slice(at - 20, at + 1)}`);
  }
});

test('checkReceipt() refuses a body that was bound into the log and says other than the other entries', async (t) => {
  const made = await makeReceipt(t);
  const others: readonly Partial<ReceiptBody>[] = [
    { relations: [{ ...climate!, policies: ['people.scientist.query.climate'] }, devices!] },
    { relations: [climate!, { ...devices!, name: 'climate' }] },
    { relations: [climate!] },
    { purpose: 'research' },
    { actor: 'person:eve' },
    { statement: { ...RECEIPT_BODY.statement, digest: 'ee'.repeat(32) } },
    { segments: [{ ...RECEIPT_BODY.segments[0]!, digest: 'ee'.repeat(32) }] },
    { segments: [] },
    { segments: [...RECEIPT_BODY.segments, { ...RECEIPT_BODY.segments[0]!, id: 's2' }] },
  ];
  for (const other of others) {
    const text = formatReceipt(await made.with(other));
    const check = (): unknown => checkReceipt(text, { logKeys: made.keys });
    assert.throws(check, { code: 'AUDIT_RECEIPT_INVALID' }, JSON.stringify(other));
  }
  assert.equal(checkReceipt(formatReceipt(await made.with({ salt: 'aa' })), { logKeys: made.keys }).body.salt, 'aa');
});

test('checkReceipt() refuses the receipt of another log', async (t) => {
  const { receipt } = await makeReceipt(t);
  const { keys } = await openAuditLog(t, { signers: [testKey('ed25519', 9)] });
  assert.throws(() => checkReceipt(formatReceipt(receipt), { logKeys: keys }), { code: 'AUDIT_CHECKPOINT_INVALID' });
});

test('formatPolicies() is what an entry can hold', () => {
  assert.equal(formatPolicies(['a', 'b']), 'a b');
  assert.equal(formatPolicies(Array.from({ length: 300 }, () => 'policy')).length, 512);
});
