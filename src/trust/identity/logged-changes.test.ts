import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoggedChanges } from './logged-changes.ts';

test('LoggedChanges has a change open while it lasts, and one that failed from then on', async () => {
  const changes = new LoggedChanges();
  assert.equal(await changes.during(async () => changes.isOpen), true);
  assert.ok(!changes.isOpen);
  await assert.rejects(changes.during(() => Promise.reject(new Error('x'))));
  await changes.during(async () => undefined);
  assert.ok(changes.isOpen);
});
