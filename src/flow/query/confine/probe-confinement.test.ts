import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { mebibytes, seconds } from '#base/core/index.ts';
import { runProgram } from '../../../../test/support/run-program.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { probeConfinement } from './probe-confinement.ts';

test('probeConfinement() says what a confined program reaches', async (t) => {
  const mountPoint = path.join(await temporaryFolder(t), 'root');
  await mkdir(mountPoint);
  const options = {
    program: { command: process.execPath, arguments: [] },
    reads: [process.execPath],
    mountPoint,
    memoryFiles: mebibytes(1),
  };
  const narrow = await probeConfinement(options, seconds(10), runProgram);
  if (!narrow.confined) return t.skip(`this machine does not confine: ${narrow.reason}: ${narrow.detail}`);
  const wide = await probeConfinement({ ...options, reads: [process.execPath, '/etc'] }, seconds(10), runProgram);
  assert.deepEqual(wide, { confined: false, reason: 'leak', detail: 'reaches files' });
});

test('probeConfinement() names the step that failed', async (t) => {
  const mountPoint = path.join(await temporaryFolder(t), 'absent');
  const options = {
    program: { command: process.execPath, arguments: [] },
    reads: [process.execPath],
    mountPoint,
    memoryFiles: mebibytes(1),
  };
  const state = await probeConfinement(options, seconds(10), runProgram);
  assert.equal(state.confined, false);
  assert.ok(!state.confined && ['kernel', 'tools', 'platform'].includes(state.reason) && state.detail !== '');
});
