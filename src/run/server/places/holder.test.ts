import assert from 'node:assert/strict';
import { it } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { holderOf } from './holder.ts';

it('holderOf() is the same for a folder at each start, and another for another', async (t) => {
  const folder = await temporaryFolder(t);
  const holder = await holderOf(folder);
  assert.match(holder, /^[0-9a-f]{32}$/);
  assert.equal(await holderOf(folder), holder);
  assert.notEqual(await holderOf(await temporaryFolder(t)), holder);
});
