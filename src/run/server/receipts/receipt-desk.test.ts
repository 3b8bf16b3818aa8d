import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { checkReceipt } from '#trust/audit/index.ts';
import { RECEIPT_BODY } from '../../../../test/support/make-receipt.ts';
import { openAuditLog } from '../../../../test/support/open-audit-log.ts';
import { ReceiptDesk, requestDigest } from './receipt-desk.ts';
import type { ReceiptDraft } from './receipt-desk.ts';

test('ReceiptDesk issues a receipt that holds, to the one who asked', async (t) => {
  const { log, keys } = await openAuditLog(t);
  const { segments, relations, statement, actor } = RECEIPT_BODY;
  const { id, digest } = segments[0]!;
  const places: (number | null)[] = [null];
  const desk = new ReceiptDesk({
    audit: log,
    published: async () => {
      await log.flush();
      return log.source;
    },
    segmentEntries: { find: async () => places },
    clock: systemClock,
    random: systemRandom,
  });
  const made = await log.append({
    actor: 'weir:store',
    action: 'seal-segment',
    resource: `segment:${id}`,
    outcome: 'done',
    digest,
  });
  const read = await log.append({
    actor,
    action: 'query',
    resource: 'view:climate',
    outcome: 'allowed',
    digest: statement.digest,
    detail: { policies: relations[0]!.policies.join(' ') },
  });
  const draft: ReceiptDraft = {
    ...RECEIPT_BODY,
    purpose: null,
    relations: relations.slice(0, 1),
    statement: { digest: statement.digest, sql: 'select 1', parameters: ['a'] },
    decided: [read.index],
  };
  await desk.issue('ada', draft);
  await assert.rejects(desk.show(draft.query, 'ada'), { code: 'API_RECEIPT_UNPROVEN' });
  places[0] = made.index;
  const { body, index } = checkReceipt(await desk.show(draft.query, 'ada'), { logKeys: keys });
  assert.deepEqual([body.statement.request, index], [requestDigest('select 1', ['a']), 2]);
  assert.equal(body.salt.length, 64);
  await assert.rejects(desk.show(draft.query, 'eve'), { code: 'API_RECEIPT_UNKNOWN' });
  await assert.rejects(desk.show('other', 'ada'), { code: 'API_RECEIPT_UNKNOWN' });
});
