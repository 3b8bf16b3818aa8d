import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactRows } from './private-rows.ts';
import { privateView } from './private-view.ts';

test('exactRows() gives the sums of each pass as text', async () => {
  const view = privateView(5);
  const statement = {
    view,
    keys: [],
    outputs: [{ is: 'aggregate', name: 'n', aggregate: { ask: 'count', column: null } }],
    where: null,
    received: { from: null, to: null },
    order: [],
    limit: null,
  } as const;
  assert.deepEqual(await exactRows(statement, "SELECT 'a' AS _owner FROM range(3)"), [[{ m0: '3' }]]);
});
