import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, millis } from '#base/core/index.ts';
import type { Log } from '#base/core/index.ts';
import { awaitStart } from './await-start.ts';

/** Diagnostics that are kept. */
function recordingLog(): { log: Log; warned: object[] } {
  const warned: object[] = [];
  const log: Log = { debug() {}, info() {}, warn: (about) => void warned.push(about), error() {} };
  return { log, warned };
}

test('awaitStart() says who is waited for, and gives up on who never comes to work', async () => {
  const { log, warned } = recordingLog();
  const never = new Promise<void>(() => {});
  await assert.rejects(awaitStart('store', never, log, { most: millis(200), sayEvery: millis(20) }), {
    code: 'SERVER_PROCESS_STUCK',
    message: /Cannot start store: it does not work after 0\.2 s/,
    hint: /disk of the data directory/,
  });
  assert.partialDeepStrictEqual(warned[0], { process: 'store' });
});

test('awaitStart() hands on how the start came out, and is silent where it does not take long', async () => {
  const { log, warned } = recordingLog();
  const patience = { most: hours(1), sayEvery: hours(1) };
  await awaitStart('store', Promise.resolve(), log, patience);
  await assert.rejects(awaitStart('store', Promise.reject(new Error('no')), log, patience), /no/);
  assert.deepEqual(warned, []);
});
