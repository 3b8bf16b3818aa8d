import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { stepAside } from './step-aside.ts';

/** The scheduling class of a thread, field 41 of its `stat`: 0 for the usual one, 5 for SCHED_IDLE. */
function classOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[38]);
}

test('stepAside() puts a thread into the class that runs when nobody else does, and says where it could not', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const pid = child.pid ?? assert.fail();
  assert.equal(classOf(pid), 0);
  assert.equal(stepAside(pid), true);
  assert.equal(classOf(pid), 5);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(stepAside(pid), false);
});
