import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../../test/support/eventually.ts';
import { BUSY, lives, orphan } from '../../../../test/support/orphan.ts';
import { requireProgram } from '../../../../test/support/outside.ts';
import { endingWithParent, parentWatch } from './ends-with-parent.ts';

test('endingWithParent() has a process end with its parent while it computes', async (t) => {
  requireProgram(t, 'setpriv');
  assert.deepEqual(parentWatch(), [], 'this setpriv is of a util-linux before 2.33');
  const { command, arguments: argv } = endingWithParent({ command: process.execPath, arguments: ['-e', BUSY] });
  const pid = await orphan(t, [command, ...argv]);
  assert.equal(await eventually(() => lives(pid), (is) => !is), false); // prettier-ignore
});
