import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../../../../test/support/eventually.ts';
import { BUSY, lives, orphan } from '../../../../test/support/orphan.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { WATCH_FLAGS } from './ends-with-parent.ts';

test('where the kernel is not asked, a thread ends a process whose main thread computes', async (t) => {
  const program = join(await temporaryFolder(t), 'busy.mjs');
  await writeFile(program, BUSY);
  const pid = await orphan(t, [process.execPath, ...WATCH_FLAGS, program]);
  assert.equal(await eventually(() => lives(pid), (is) => !is), false); // prettier-ignore
});

test('the thread that looks keeps no process from ending by itself', async (t) => {
  const program = join(await temporaryFolder(t), 'short.mjs');
  await writeFile(program, '');
  const child = fork(program, [], { execArgv: [...WATCH_FLAGS] });
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
