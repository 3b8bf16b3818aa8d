import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { lockDirectory } from './directory-lock.ts';

test('lockDirectory() refuses a second writer until the first is gone', async (t) => {
  const folder = await temporaryFolder(t);
  const first = lockDirectory(folder);
  assert.throws(() => lockDirectory(folder, 'witness'), { code: 'AUDIT_LOG_LOCKED', message: /witness/ });
  first[Symbol.dispose]();
  lockDirectory(folder)[Symbol.dispose]();
});
