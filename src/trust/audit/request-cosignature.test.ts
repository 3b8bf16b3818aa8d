import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openNote } from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openAuditLog, testEvent, testKey, testLogOptions, TEST_ORIGIN } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { AuditLog } from './audit-log.ts';
import { cosigner, parseCosignerKey } from './cosignature.ts';
import { proveConsistency } from './prove-entry.ts';
import { requestCosignature } from './request-cosignature.ts';
import { Witness } from './witness.ts';

/** A `fetch` that asks a witness in this process and answers as its server would. */
function wire(witness: Witness, bend: (body: string) => string = (body) => body): typeof fetch {
  return async (_url, init) => {
    const answer = await witness.addCheckpoint(typeof init?.body === 'string' ? init.body : '');
    if (answer.outcome === 'cosigned') return new Response(bend(answer.lines));
    if (answer.outcome === 'conflict') return new Response(`${answer.size}\n`, { status: 409 });
    return new Response('', { status: 422 });
  };
}

async function openWitness(directory: string, keys: readonly NoteVerifier[]): Promise<Witness> {
  const logs = [{ origin: TEST_ORIGIN, keys }];
  return Witness.open({ directory, name: 'w1', signers: [testKey('ed25519', 5)], logs, clock: frozenClock() });
}

function ask(log: AuditLog, knownSize: number, witness: Witness, request = wire(witness)) {
  const { checkpoint } = log;
  return requestCosignature({
    url: 'http://witness.example/',
    witness: witness.verifierKeys.map((key) => parseCosignerKey(key)),
    checkpoint,
    proofFrom: (oldSize) => proveConsistency(log.source, oldSize, checkpoint.size),
    knownSize,
    request,
  });
}

test('requestCosignature() is cosigned, whatever size it thought the witness to be at', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  for (const known of [0, 1, 99, 0]) {
    await log.append(testEvent(known));
    await log.append(testEvent(known));
    await log.flush();
    const answer = await ask(log, known, witness);
    assert.ok(answer.outcome === 'cosigned');
    assert.equal(
      openNote(
        answer.note,
        witness.verifierKeys.map((key) => parseCosignerKey(key)),
      ).verified.length,
      1,
    );
  }
});

test('requestCosignature() says when the witness knows a larger tree, and when it holds the log for forked', async (t) => {
  const { log, directory, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  const copy = path.join(await temporaryFolder(t), 'audit');
  await cp(directory, copy, { recursive: true });
  await using fork = await AuditLog.open(testLogOptions(copy));
  for (let i = 0; i < 4; i++) await log.append(testEvent(i));
  await log.flush();
  await ask(log, 0, witness);
  assert.deepEqual(await ask(fork, 0, witness), { outcome: 'ahead', size: 4 });
  for (let i = 9; i > 3; i--) await fork.append(testEvent(i));
  await fork.flush();
  assert.deepEqual(await ask(fork, 0, witness), { outcome: 'refused', status: 422 });
});

test('requestCosignature() takes no line that does not verify, and none of a key that was not named', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  const bent = wire(witness, (lines) => lines.replace(/.{6}\n$/, 'AAAAA=\n'));
  assert.deepEqual(await ask(log, 0, witness, bent), { outcome: 'refused', status: 200 });
  const foreign = wire(witness, (lines) => lines.replace('w1', 'w2'));
  assert.deepEqual(await ask(log, 0, witness, foreign), { outcome: 'refused', status: 200 });
  const extra = cosigner('other', testKey('ed25519', 6), frozenClock());
  const more = wire(
    witness,
    (lines) => `garbage\n\u2014 other ${Buffer.from(extra.keyId + 'ffffffff', 'hex').toString('base64')}\n${lines}`,
  );
  const answer = await ask(log, 0, witness, more);
  assert.ok(answer.outcome === 'cosigned');
  assert.ok(!answer.note.includes('other') && !answer.note.includes('garbage'));
});

test('requestCosignature() says that nobody answered, or too much, or a conflict without end', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  const outcome = async (request: typeof fetch) => (await ask(log, 0, witness, request)).outcome;
  assert.equal(await outcome(async () => Promise.reject(new Error('refused'))), 'unreachable');
  assert.equal(await outcome(async () => new Response('x'.repeat(100_000))), 'unreachable');
  assert.equal(await outcome(async () => new Response('0\n', { status: 409 })), 'refused');
  assert.equal(await outcome(async () => new Response('many\n', { status: 409 })), 'refused');
  assert.equal(await outcome(async () => new Response('', { status: 404 })), 'refused');
});
