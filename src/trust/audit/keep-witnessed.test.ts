import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { millis } from '#base/core/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openAuditLog, silentLog, testEvent, testKey, TEST_ORIGIN } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { parseCosignerKey } from './cosignature.ts';
import { keepWitnessed } from './keep-witnessed.ts';
import type { CosignatureAnswer } from './request-cosignature.ts';
import { verifyLog } from './verify-log.ts';
import { Witness } from './witness.ts';
import { witnessHandler } from './witness-http.ts';

test('keepWitnessed() has a growing log cosigned over HTTP until told to stop, and asks only when it has grown', async (t) => {
  const { log, keys } = await openAuditLog(t, { integrateEvery: millis(5) });
  await using witness = await Witness.open({
    directory: await temporaryFolder(t),
    name: 'witness.example/w1',
    signers: [testKey('ed25519', 5)],
    logs: [{ origin: TEST_ORIGIN, keys }],
    clock: frozenClock(),
  });
  const server = createServer(witnessHandler(witness, silentLog));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const witnesses = witness.verifierKeys.map((key) => parseCosignerKey(key));
  const stop = new AbortController();
  const answers: CosignatureAnswer[] = [];
  const done = keepWitnessed(log, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    witness: witnesses,
    every: millis(5),
    onAnswer: (answer) => answers.push(answer),
    signal: stop.signal,
  });
  for (let i = 0; i < 20; i++) await log.append(testEvent(i));
  await log.flush();
  const deadline = performance.now() + 60_000;
  const cosigned = async () => (await verifyLog(log.source, { logKeys: keys, witnesses })).cosigners.length;
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
    signal: stop.signal,
  });
  assert.deepEqual(outcomes, ['unreachable', 'unreachable']);
  assert.deepEqual(await log.append(testEvent(0)), { index: 0 });
});
