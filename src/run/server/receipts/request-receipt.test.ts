import assert from 'node:assert/strict';
import { test } from 'node:test';
import { governed, grantAll } from '../../../../test/support/query-fixture.ts';
import { requestReceipt } from './request-receipt.ts';

test('requestReceipt() names what was read, as it was granted, and what it was made from', () => {
  const climate = governed('climate', [
    { name: 'device', type: 'text', nullable: false },
    { name: 'driver', type: 'text', nullable: false },
  ]);
  const grant = grantAll(climate);
  const masked = { columns: grant.columns.map((column) => ({ ...column, mask: 'hash' })), rowFilter: { class: 'x' } };
  const draft = requestReceipt(
    {
      id: 'q1',
      caller: { actor: 'person:ada' },
      request: { sql: 'select driver from climate', parameters: [], format: 'csv' },
      purpose: 'quality',
      digest: 'd',
      reads: [{ relation: 'climate', columns: ['driver'] }],
      views: ['climate', 'warm'],
      sha256: 'e',
    },
    {
      relations: new Map([['climate', climate]]),
      grants: new Map([['climate', masked as never]]),
      policies: new Map([['climate', ['p']]]),
      segments: [{ id: 's', version: 1, stream: 'climate', rows: 3, digest: 'f', size: 9 } as never],
      missing: ['some'],
      summary: { rows: 1, columns: [{ name: 'driver', type: 'VARCHAR' }], resultBytes: 8, digest: 'g' },
      decided: [{ index: 4 }],
      template: { digest: 't' },
    },
  );
  assert.deepEqual(draft.relations.slice(0, 1), [
    {
      name: 'climate',
      kind: 'stream',
      policies: ['p'],
      rowsFiltered: true,
      columns: [{ name: 'driver', mask: 'hash' }],
    },
  ]);
  assert.deepEqual(draft.relations[1], { name: 'warm', kind: 'view', policies: [], rowsFiltered: false, columns: [] });
  assert.deepEqual(draft.segments, [{ id: 's', version: 1, stream: 'climate', rows: 3, digest: 'f' }]);
  assert.deepEqual([draft.decided, draft.template, draft.missing], [[4], 't', ['some']]);
  assert.deepEqual([draft.result.digest, draft.result.sha256, draft.result.size], ['g', 'e', 8]);
});
