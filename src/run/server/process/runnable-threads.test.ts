import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { openRunnableThreads } from './runnable-threads.ts';

test('openRunnableThreads() counts anew at each call, and counts nothing where the system does not tell', async (t) => {
  const file = path.join(await temporaryFolder(t), 'loadavg');
  await writeFile(file, '4.30 5.51 4.73 5/319 2931\n');
  const running = openRunnableThreads(file);
  assert.equal(running(), 5);
  await writeFile(file, '0.00 0.01 12.73 12/319 1\n');
  assert.equal(running(), 12);
  await writeFile(file, 'not known here\n');
  assert.equal(running(), 0);
  assert.equal(openRunnableThreads(path.join(file, 'absent'))(), 0);
  if (process.platform === 'linux') assert.ok(openRunnableThreads()() >= 1);
});
