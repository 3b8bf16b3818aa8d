import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUSY, lives, orphan } from './orphan.ts';

test('orphan() leaves a process that nothing ties to its parent', async (t) => {
  const pid = await orphan(t, [process.execPath, '-e', BUSY]);
  assert.ok(await lives(pid));
  process.kill(pid, 'SIGKILL');
});
