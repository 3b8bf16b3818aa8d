import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from './run-program.ts';

test('runProgram() gives both streams, and the reason where nothing runs', async () => {
  const script = ['-e', 'console.log(1); console.error(Object.keys(process.env).length)'];
  const ran = await runProgram({ command: process.execPath, arguments: script }, 10_000);
  assert.deepEqual([ran.output, ran.errors], ['1\n', '0\n']);
  assert.match((await runProgram({ command: '/no/such/program', arguments: [] }, 1_000)).errors, /ENOENT/);
});

test('runProgram() kills what takes too long', async () => {
  const script = ['-e', 'setInterval(() => {}, 1000)'];
  assert.deepEqual(await runProgram({ command: process.execPath, arguments: script }, 200), { output: '', errors: '' });
});
