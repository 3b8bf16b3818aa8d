import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { millis, seconds } from '#base/core/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import type { Peer } from './peer.ts';
import { forkProcess, SupervisedProcess } from './supervised-process.ts';

/** Answers each call with its own process id; never ends by itself. */
const ECHO = `
process.on('message', ({ kind, id }) => kind === 'call' && process.send({ kind: 'reply', id, value: process.pid }));
process.on('SIGTERM', () => process.exit(0));
`;

type Echo = { pid: (parameters: null) => number };

async function entryOf(t: Cleanable): Promise<URL> {
  const path = join(await temporaryFolder(t), 'echo.mjs');
  await writeFile(path, ECHO);
  return pathToFileURL(path);
}

const spec = (entry: URL, start: (peer: Peer<Echo>) => Promise<void>) =>
  ({ name: 'echo', entry, nodeFlags: [], offered: {}, start, log: silentLog }) as const;

test('SupervisedProcess starts a process again that was killed', async (t) => {
  let starts = 0;
  const echo = await SupervisedProcess.start<Echo>(
    spec(await entryOf(t), async () => {
      starts++;
    }),
  );
  const first = await (await echo.peer).call('pid', null);
  assert.equal(first, echo.pid);
  assert.equal(echo.isAtWork, true);
  process.kill(first, 'SIGKILL');
  while (echo.isAtWork) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(echo.restarts, 1, 'it is not at work from its end on');
  await eventually(
    () => echo.restarts,
    (restarts) => restarts === 1,
  );
  const second = await (await echo.peer).call('pid', null);
  assert.notEqual(second, first);
  assert.deepEqual([starts, echo.restarts, echo.isAtWork], [2, 1, true]);
  await echo.stop(5_000);
  assert.deepEqual([echo.restarts, echo.isAtWork], [1, false]);
});

test('SupervisedProcess starts a process again that cannot be brought to work', async (t) => {
  let starts = 0;
  const errors: unknown[] = [];
  const echo = await SupervisedProcess.start<Echo>({
    ...spec(await entryOf(t), async () => {
      if (++starts === 2) throw new Error('not now');
    }),
    log: { ...silentLog, error: (fields) => void errors.push((fields as { error?: unknown }).error) },
  });
  process.kill(echo.pid ?? -1, 'SIGKILL');
  const restarts = await eventually(
    () => echo.restarts,
    (count) => count === 2,
  );
  assert.equal(restarts, 2);
  assert.ok(errors.includes('Error: not now'), 'why is said, though nobody waits for it');
  assert.equal(await (await echo.peer).call('pid', null), echo.pid);
  await echo.stop(5_000);
});

test('SupervisedProcess gives way to others as far as it is told', async (t) => {
  const plain = await SupervisedProcess.start<Echo>(spec(await entryOf(t), async () => {}));
  const nice = await SupervisedProcess.start<Echo>({ ...spec(await entryOf(t), async () => {}), niceness: 7 });
  assert.equal(getPriority(nice.pid), getPriority(plain.pid) + 7);
  await plain.stop(5_000);
  await nice.stop(5_000);
});

test('SupervisedProcess.start() rejects where the first start fails, and leaves no process', async (t) => {
  let pid = -1;
  const failing = SupervisedProcess.start<Echo>(
    spec(await entryOf(t), async (peer) => {
      pid = await peer.call('pid', null);
      throw new Error('no');
    }),
  );
  await assert.rejects(failing, /no/);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

/** Hears all and answers nothing, not that it is to end either. */
const SILENT = `process.on('message', () => {}); process.on('SIGTERM', () => {});`;

test('SupervisedProcess.start() gives up on a process that never answers, and leaves none', async (t) => {
  const entry = pathToFileURL(join(await temporaryFolder(t), 'silent.mjs'));
  await writeFile(entry, SILENT);
  const forked = forkProcess({ entry, nodeFlags: [] });
  const hanging = SupervisedProcess.start<Echo>({
    ...spec(entry, async (peer) => void (await peer.call('pid', null))),
    forked,
    patience: { most: millis(500), sayEvery: seconds(1) },
  });
  await assert.rejects(hanging, { code: 'SERVER_PROCESS_STUCK', message: /^Cannot start echo: / });
  assert.throws(() => process.kill(forked.pid ?? -1, 0), { code: 'ESRCH' });
});

test('SupervisedProcess starts a process again that hangs while it is started again', async (t) => {
  let starts = 0;
  const echo = await SupervisedProcess.start<Echo>({
    ...spec(await entryOf(t), () => (++starts === 2 ? new Promise<void>(() => {}) : Promise.resolve())),
    patience: { most: millis(200), sayEvery: seconds(1) },
  });
  process.kill(echo.pid ?? -1, 'SIGKILL');
  await eventually(
    () => echo.restarts,
    (count) => count === 2,
  );
  assert.equal(await (await echo.peer).call('pid', null), echo.pid);
  await echo.stop(5_000);
});

/** Ends 50 ms after it was asked to, or never. */
const DRAINING = `
process.on('message', ({ id }) => process.send({ kind: 'reply', id, value: process.pid }));
process.on('SIGTERM', () => setTimeout(() => {
  require('node:fs').writeFileSync(process.env.DONE, 'drained');
  process.exit(0);
}, Number(process.env.TAKES)));
`;

async function drain(t: Cleanable, takesMs: number, graceMs: number): Promise<{ text: string; pid: number }> {
  const folder = await temporaryFolder(t);
  const entry = pathToFileURL(join(folder, 'draining.cjs'));
  await writeFile(entry, DRAINING);
  const done = join(folder, 'done');
  const draining = await SupervisedProcess.start<Echo>({
    ...spec(entry, async () => {}),
    environment: { DONE: done, TAKES: String(takesMs) },
  });
  const pid = await (await draining.peer).call('pid', null);
  await draining.stop(graceMs);
  return { text: await readFile(done, 'utf8').catch(() => 'cut off'), pid };
}

test('SupervisedProcess.stop() lets a process drain, and ends it where that takes longer than it may', async (t) => {
  const drained = await drain(t, 50, 600_000);
  assert.equal(drained.text, 'drained');
  const cutOff = await drain(t, 60_000, 100);
  assert.equal(cutOff.text, 'cut off');
  for (const { pid } of [drained, cutOff]) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('SupervisedProcess.stop() while it waits to start a process again starts none', async (t) => {
  let starts = 0;
  const echo = await SupervisedProcess.start<Echo>(
    spec(await entryOf(t), async () => {
      starts++;
    }),
  );
  process.kill(echo.pid ?? -1, 'SIGKILL');
  while (echo.restarts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const waiting = echo.peer;
  await echo.stop(1_000);
  await assert.rejects(waiting, /stopping/);
  assert.deepEqual([starts, echo.restarts], [1, 1]);
});

test('SupervisedProcess hands down nothing of the environment but what is named', async (t) => {
  const entry = pathToFileURL(join(await temporaryFolder(t), 'environment.mjs'));
  const answer = `process.on('message', ({ id }) => process.send({ kind: 'reply', id, value: Object.keys(process.env) }));`;
  await writeFile(entry, `${answer}\nprocess.on('SIGTERM', () => process.exit(0));`);
  process.env['WEIR_TEST_SECRET'] = 'x';
  t.after(async () => void delete process.env['WEIR_TEST_SECRET']);
  const child = await SupervisedProcess.start<{ names: (parameters: null) => string[] }>({
    ...spec(entry, async () => {}),
    start: async () => {},
    environment: { WEIR_LOG: 'error' },
  });
  const names = await (await child.peer).call('names', null);
  await child.stop(1_000);
  assert.ok(names.includes('WEIR_LOG') && !names.includes('WEIR_TEST_SECRET') && !names.includes('HOME'));
});
