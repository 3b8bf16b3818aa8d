import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { makeSegment } from './testing.ts';

test('makeSegment() gives each column and the footer a key of its own, under the domain of the class', async (t) => {
  const { keys } = await openKeys(t);
  const { footerHandle, columns } = await makeSegment(keys, { id: 'a', columns: { a: 'public', b: 'health' } });
  assert.equal(new Set([footerHandle, ...columns.map(({ handle }) => handle)]).size, 3);
  assert.deepEqual(
    columns.map(({ domain }) => domain),
    ['operational', 'health'],
  );
});
