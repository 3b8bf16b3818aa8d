import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { shownAsStored } from './testing.ts';

test('shownAsStored() shows every token as it is stored', async () => {
  const shown = await shownAsStored(() => makeTemplate('devices: {d: {}}'));
  assert.deepEqual([shown.shown('people', 't1-x'), shown.stored('people', 5), shown.isAsStored('people')], ['t1-x', 5, true]); // prettier-ignore
});
