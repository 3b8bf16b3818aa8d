import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { giveWay, ownThread, treeGivesWay } from './give-way.ts';

test('giveWay() is relative to who asks, ends at the least priority, and passes over what has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const pid = child.pid ?? assert.fail();
  giveWay(pid, 3);
  assert.equal(getPriority(pid), Math.min(19, getPriority() + 3));
  giveWay(pid, 100);
  assert.equal(getPriority(pid), 19);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  giveWay(pid, 5);
});

test('ownThread() tells threads apart, so that one gives way and the others do not', async () => {
  const source = `
    import { parentPort } from 'node:worker_threads';
    import { giveWay, ownThread, treeGivesWay } from ${JSON.stringify(new URL('give-way.ts', import.meta.url).href)};
    import { getPriority } from 'node:os';
    const id = ownThread();
    giveWay(id, 4);
    parentPort.postMessage({ id, niceness: getPriority(id) });`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  const told = await new Promise<{ id: number; niceness: number }>((resolve) => worker.once('message', resolve));
  await worker.terminate();
  assert.equal(ownThread(), process.pid, 'the main thread has the id of the process');
  assert.notEqual(told.id, process.pid);
  assert.equal(told.niceness, Math.min(19, getPriority() + 4));
});

test('treeGivesWay() reaches processes that a process started, with all their threads', async () => {
  const nested = `require('child_process').spawn(process.execPath, ['-e', 'console.log(process.pid); setTimeout(() => {}, 60000)'], { stdio: 'inherit' })`;
  const child = spawn(process.execPath, ['-e', nested], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = child.pid ?? assert.fail();
  const inner = Number(
    await new Promise<string>((resolve) => child.stdout.once('data', (line) => resolve(String(line)))),
  );
  treeGivesWay(pid, 6);
  const wanted = Math.min(19, getPriority() + 6);
  const threads = [pid, inner].flatMap((id) => readdirSync(`/proc/${id}/task`).map(Number));
  assert.ok(threads.length > 2);
  assert.deepEqual([...new Set(threads.map((id) => getPriority(id)))], [wanted]);
  process.kill(inner, 'SIGKILL');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  treeGivesWay(pid, 6);
});
