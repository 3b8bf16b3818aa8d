import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { canKeep, keepProcess, keepThreads } from './keep-to-processors.ts';
import { allowedProcessors } from './processor-shares.ts';

const [first = 0] = allowedProcessors();
const skip = canKeep() ? false : 'this machine has no taskset';

test('keepProcess() has a process run on some processors alone, and passes over what has ended', { skip }, async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? assert.fail();
  keepProcess(pid, [first]);
  assert.deepEqual(allowedProcessors(`/proc/${pid}/status`), [first]);
  keepProcess(pid, [4_095]);
  assert.deepEqual(allowedProcessors(`/proc/${pid}/status`), [first], 'the other one is not there');
  child.kill('SIGKILL');
  await once(child, 'exit');
  keepProcess(pid, [first]);
});

test('keepThreads() has threads of a name stay on a processor, and leaves the others', { skip }, async () => {
  const source = `
    const { Worker } = require('node:worker_threads');
    for (const name of ['one of these', 'one of these', 'another'])
      new Worker('setInterval(() => {}, 60000)', { eval: true, name }).once('online', () => console.log('online'));`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = child.pid ?? assert.fail();
  let said = '';
  child.stdout.on('data', (text) => (said += String(text)));
  while (said.split('online').length < 4) await once(child.stdout, 'data');
  await keepThreads(pid, 'one of these', [first, first, first]);
  await keepThreads(pid, 'none of these', [first]);
  const found = spawnSync('sh', ['-c', `cat /proc/${pid}/task/*/status`], { encoding: 'utf8' }).stdout;
  const lists = [...found.matchAll(/^Name:\t(.*)\n[^]*?^Cpus_allowed_list:\t(.*)$/gm)];
  const listed = (name: string) => lists.filter(([, found]) => found === name).map(([, , list]) => list);
  assert.deepEqual(listed('one of these'), [String(first), String(first)]);
  if (allowedProcessors().length > 1) assert.notDeepEqual(listed('another'), [String(first)]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await keepThreads(pid, 'one of these', [first]);
});
