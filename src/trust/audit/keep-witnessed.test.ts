import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { millis } from '#base/core/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openAuditLog, silentLog, testEvent, testKey, TEST_ORIGIN } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { parseCosignerKey } from './cosignature.ts';
import { keepWitnessed } from './keep-witnessed.ts';
import type { CosignatureAnswer } from './request-cosignature.ts';
import { verifyLog } from './verify-log.ts';
import { Witness } from './witness.ts';
import type { WatchedLog } from './witness.ts';
import { witnessHandler } from './witness-http.ts';

/** A witness of a log, over HTTP. */
async function serveWitness(t: TestContext, keys: WatchedLog['keys']) {
  const witness = await Witness.open({
    directory: await temporaryFolder(t),
    name: 'witness.example/w1',
    signers: [testKey('ed25519', 5)],
    logs: [{ origin: TEST_ORIGIN, keys }],
    clock: frozenClock(),
  });
  const server = createServer(witnessHandler(witness, silentLog));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await witness[Symbol.asyncDispose]();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    witness: witness.verifierKeys.map((key) => parseCosignerKey(key)),
  };
}

const fail = (error: unknown): void => assert.fail(String(error));

test('keepWitnessed() has a growing log cosigned over HTTP until told to stop, and asks only when it has grown', async (t) => {
  const { log, keys } = await openAuditLog(t, { integrateEvery: millis(5) });
  const { url, witness } = await serveWitness(t, keys);
  const stop = new AbortController();
  const answers: CosignatureAnswer[] = [];
  const done = keepWitnessed(log, {
    url,
    witness,
    every: millis(5),
    onAnswer: (answer) => answers.push(answer),
    onFailure: fail,
    signal: stop.signal,
  });
  for (let i = 0; i < 20; i++) await log.append(testEvent(i));
  await log.flush();
  const deadline = performance.now() + 60_000;
  const cosigned = async () => (await verifyLog(log.source, { logKeys: keys, witnesses: witness })).cosigners.length;
  const last = () => answers.at(-1);
  while (performance.now() < deadline) {
    const answer = last();
    if (answer?.outcome === 'cosigned' && answer.note.includes('\n20\n')) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const asked = answers.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(answers.length, asked);
  stop.abort();
  await done;
  assert.ok(answers.every((answer) => answer.outcome === 'cosigned'));
  assert.equal(await cosigned(), 1);
});

test('keepWitnessed() hands on that the witness is out of reach, and the log goes on', async (t) => {
  const { log } = await openAuditLog(t);
  const stop = new AbortController();
  const outcomes: string[] = [];
  await keepWitnessed(log, {
    url: 'http://127.0.0.1:1',
    witness: [],
    every: millis(1),
    onAnswer: ({ outcome }) => {
      outcomes.push(outcome);
      if (outcomes.length === 2) stop.abort();
    },
    onFailure: fail,
    signal: stop.signal,
  });
  assert.deepEqual(outcomes, ['unreachable', 'unreachable']);
  assert.deepEqual(await log.append(testEvent(0)), { index: 0 });
});

test('keepWitnessed() asks again for what it could not publish, as on a disk that was full', async (t) => {
  const { log, keys } = await openAuditLog(t);
  const { url, witness } = await serveWitness(t, keys);
  const publish = log.publishWitnessed.bind(log);
  const failures: unknown[] = [];
  const stop = new AbortController();
  Object.assign(log, {
    publishWitnessed: async (note: string) => {
      if (failures.length === 0) throw new Error('no space left');
      await publish(note);
      stop.abort();
    },
  });
  await keepWitnessed(log, {
    url,
    witness,
    every: millis(1),
    onAnswer: ({ outcome }) => assert.equal(outcome, 'cosigned'),
    onFailure: (error) => failures.push(error),
    signal: stop.signal,
  });
  assert.match(String(failures), /no space left/);
  assert.deepEqual((await verifyLog(log.source, { logKeys: keys, witnesses: witness })).cosigners, [
    'witness.example/w1',
  ]);
});
