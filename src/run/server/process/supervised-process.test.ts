import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { eventually } from '../../../../test/support/eventually.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import type { Peer } from './peer.ts';
import { SupervisedProcess } from './supervised-process.ts';

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

test('SupervisedProcess starts a process again that was killed', { timeout: 30_000 }, async (t) => {
  let starts = 0;
  const echo = await SupervisedProcess.start<Echo>(
    spec(await entryOf(t), async () => {
      starts++;
    }),
  );
  const first = await (await echo.peer).call('pid', null);
  assert.equal(first, echo.pid);
  process.kill(first, 'SIGKILL');
  await eventually(
    () => echo.restarts,
    (restarts) => restarts === 1,
  );
  const second = await (await echo.peer).call('pid', null);
  assert.notEqual(second, first);
  assert.deepEqual([starts, echo.restarts], [2, 1]);
  await echo.stop(5_000);
  assert.equal(echo.restarts, 1);
});

test('SupervisedProcess starts a process again that cannot be brought to work', { timeout: 30_000 }, async (t) => {
  let starts = 0;
  const echo = await SupervisedProcess.start<Echo>(
    spec(await entryOf(t), async () => {
      if (++starts === 2) throw new Error('not now');
    }),
  );
  process.kill(echo.pid ?? -1, 'SIGKILL');
  const restarts = await eventually(
    () => echo.restarts,
    (count) => count === 2,
  );
  assert.equal(restarts, 2);
  assert.equal(await (await echo.peer).call('pid', null), echo.pid);
  await echo.stop(5_000);
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
