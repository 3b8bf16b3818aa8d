import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { noteSigner, openNote, sha256Hex, signNote } from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openAuditLog, testEvent, testKey, testLogOptions, TEST_ORIGIN } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { AuditLog } from './audit-log.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { parseCosignerKey } from './cosignature.ts';
import { proveConsistency } from './prove-entry.ts';
import { Witness } from './witness.ts';
import { formatAddCheckpoint } from './witness-request.ts';

const ORIGIN_HASH = sha256Hex(TEST_ORIGIN);

function openWitness(directory: string, keys: readonly NoteVerifier[]): Promise<Witness> {
  return Witness.open({
    directory,
    name: 'witness.example/w1',
    signers: [testKey('ed25519', 5), testKey('ml-dsa-44', 5)],
    logs: [{ origin: TEST_ORIGIN, keys }],
    clock: frozenClock(),
  });
}

async function grow(log: AuditLog, by: number): Promise<void> {
  await Promise.all(Array.from({ length: by }, (_, i) => log.append(testEvent(i))));
  await log.flush();
}

async function ask(
  witness: Witness,
  log: AuditLog,
  oldSize: number,
): Promise<Awaited<ReturnType<Witness['addCheckpoint']>>> {
  const { size, note } = log.checkpoint;
  const proof = oldSize > 0 && oldSize <= size ? await proveConsistency(log.source, oldSize, size) : [];
  return witness.addCheckpoint(formatAddCheckpoint({ oldSize, proof, note }));
}

test('Witness cosigns a log as it grows, also across a restart of its own', async (t) => {
  const folder = await temporaryFolder(t);
  const { log, keys } = await openAuditLog(t);
  let oldSize = 0;
  for (const by of [0, 1, 5, 300, 0]) {
    await grow(log, by);
    await using witness = await openWitness(folder, keys);
    const answer = await ask(witness, log, oldSize);
    assert.ok(answer.outcome === 'cosigned', answer.outcome);
    const cosigners = witness.verifierKeys.map((key) => parseCosignerKey(key));
    assert.equal(openNote(log.checkpoint.note + answer.lines, cosigners).verified.length, 2);
    const kept = witness.cosigned(ORIGIN_HASH) ?? '';
    assert.equal(openNote(kept, [...keys, ...cosigners]).verified.length, 4);
    oldSize = log.checkpoint.size;
  }
});

test('Witness tells a log that starts from another size which one it cosigned last', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  await grow(log, 5);
  assert.deepEqual(await ask(witness, log, 3), { outcome: 'conflict', size: 0 });
  await ask(witness, log, 0);
  await grow(log, 5);
  assert.deepEqual(await ask(witness, log, 0), { outcome: 'conflict', size: 5 });
  assert.equal((await ask(witness, log, 5)).outcome, 'cosigned');
});

test('Witness demands the keys that signed what it cosigned, until its keeper takes one out', async (t) => {
  const folder = await temporaryFolder(t);
  const { log, keys } = await openAuditLog(t);
  await grow(log, 1);
  {
    await using witness = await openWitness(folder, keys);
    assert.equal((await ask(witness, log, 0)).outcome, 'cosigned');
    // One line taken away: the note verifies by the other.
    await grow(log, 1);
    const { note, size } = log.checkpoint;
    const proof = await proveConsistency(log.source, 1, size);
    const stripped = note.slice(0, note.lastIndexOf('\u2014'));
    const body = formatAddCheckpoint({ oldSize: 1, proof, note: stripped });
    assert.deepEqual(await witness.addCheckpoint(body), { outcome: 'unsigned' });
    assert.equal((await ask(witness, log, 1)).outcome, 'cosigned');
    await log.chooseSignatures(['ed25519'], 'person:ada');
    assert.deepEqual(await ask(witness, log, 2), { outcome: 'unsigned' });
  }
  {
    await using witness = await openWitness(folder, keys.slice(0, 1));
    assert.equal((await ask(witness, log, 2)).outcome, 'cosigned');
  }
  // A key that comes back, or is new, is demanded from the first checkpoint on that it has signed.
  await using witness = await openWitness(folder, keys);
  await grow(log, 1);
  assert.equal((await ask(witness, log, 3)).outcome, 'cosigned');
  await log.chooseSignatures(['ed25519', 'ml-dsa-65'], 'person:ada');
  assert.equal((await ask(witness, log, 4)).outcome, 'cosigned');
  await log.chooseSignatures(['ed25519'], 'person:ada');
  assert.deepEqual(await ask(witness, log, 5), { outcome: 'unsigned' });
});

test('Witness refuses a log whose end was cut off: it cannot start from what was cosigned', async (t) => {
  const { log, directory, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  await grow(log, 5);
  const copy = path.join(await temporaryFolder(t), 'audit');
  await cp(directory, copy, { recursive: true });
  await grow(log, 5);
  assert.equal((await ask(witness, log, 0)).outcome, 'cosigned');
  await using old = await AuditLog.open(testLogOptions(copy));
  assert.deepEqual(await ask(witness, old, 5), { outcome: 'conflict', size: 10 });
  assert.deepEqual(await ask(witness, old, 10), { outcome: 'malformed' });
});

test('Witness refuses a fork and a rewritten past, though the key itself signed them', async (t) => {
  const { log, directory, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  await grow(log, 5);
  const copy = path.join(await temporaryFolder(t), 'audit');
  await cp(directory, copy, { recursive: true });
  await using fork = await AuditLog.open(testLogOptions(copy));
  await grow(log, 3);
  await fork.append(testEvent(77));
  await grow(fork, 2);
  assert.equal((await ask(witness, log, 0)).outcome, 'cosigned');
  // The same size with another root.
  assert.deepEqual(await ask(witness, fork, 8), { outcome: 'inconsistent' });
  // Grown further from another past.
  await grow(fork, 4);
  assert.deepEqual(await ask(witness, fork, 8), { outcome: 'inconsistent' });
  await grow(log, 4);
  assert.equal((await ask(witness, log, 8)).outcome, 'cosigned');
});

test('Witness refuses other logs, other keys, what is malformed, and a false beginning', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  await grow(log, 2);
  const outcome = async (body: string) => (await witness.addCheckpoint(body)).outcome;
  const body = (note: string, proof: Uint8Array[] = []) => formatAddCheckpoint({ oldSize: 0, proof, note });
  const sign = (size: number, origin: string, byte: number) =>
    signNote(formatCheckpoint({ origin, size, root: new Uint8Array(32) }), [
      noteSigner(origin, testKey('ed25519', byte)),
    ]);
  assert.equal(await outcome('hello'), 'malformed');
  assert.equal(await outcome(body('hello')), 'malformed');
  assert.equal(await outcome(body(await sign(1, 'other', 1))), 'unknown-log');
  assert.equal(await outcome(body(await sign(1, TEST_ORIGIN, 9))), 'unsigned');
  assert.equal(await outcome(body(log.checkpoint.note.replace('\n2\n', '\n3\n'))), 'unsigned');
  assert.equal(await outcome(body(await sign(0, TEST_ORIGIN, 1))), 'inconsistent');
  assert.equal(await outcome(body(log.checkpoint.note, [new Uint8Array(32)])), 'inconsistent');
  assert.equal(witness.cosigned(ORIGIN_HASH), null);
  assert.equal(await outcome(body(log.checkpoint.note)), 'cosigned');
  assert.equal(witness.cosigned(sha256Hex('other')), null);
});

test('Witness decides requests one after the other: of two from the same size one is too late', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await using witness = await openWitness(await temporaryFolder(t), keys);
  await grow(log, 2);
  const small = log.checkpoint.note;
  await grow(log, 2);
  const large = log.checkpoint.note;
  const answers = await Promise.all(
    [large, small].map((note) => witness.addCheckpoint(formatAddCheckpoint({ oldSize: 0, proof: [], note }))),
  );
  assert.deepEqual(
    answers.map((answer) => answer.outcome),
    ['cosigned', 'conflict'],
  );
});

test('Witness lets no cosignature out that it could not write down', async (t) => {
  const folder = await temporaryFolder(t);
  const { log, keys } = await openAuditLog(t);
  await using witness = await openWitness(folder, keys);
  await grow(log, 2);
  await writeFile(path.join(folder, 'tmp'), 'a file where a folder is needed');
  await assert.rejects(ask(witness, log, 0));
  assert.equal(witness.cosigned(ORIGIN_HASH), null);
});

test('Witness.open() refuses a second one on the same folder', async (t) => {
  const folder = await temporaryFolder(t);
  await using witness = await openWitness(folder, []);
  assert.equal(witness.verifierKeys.length, 2);
  await assert.rejects(openWitness(folder, []), { code: 'AUDIT_LOG_LOCKED' });
});
