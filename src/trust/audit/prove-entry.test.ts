import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64, toBase64 } from '#base/core/index.ts';
import { signNote, verifyConsistencyProof } from '#base/crypto/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openAuditLog, testEvent, testKey } from '../../../test/support/open-audit-log.ts';
import { cosigner, parseCosignerKey } from './cosignature.ts';
import { decodeEntry } from './entry.ts';
import { proveConsistency, proveEntry, verifyEntryProof } from './prove-entry.ts';

const witness = cosigner('witness.example/w1', testKey('ed25519', 5), frozenClock());
const witnesses = [parseCosignerKey(witness.verifierKey)];

test('proveEntry() writes a proof of each entry that verifyEntryProof() takes without the log', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await Promise.all(Array.from({ length: 530 }, (_, i) => log.append(testEvent(i))));
  await log.flush();
  for (const index of [0, 1, 255, 256, 511, 512, 529]) {
    const proof = await proveEntry(log.source, index);
    assert.ok(proof.startsWith('c2sp.org/tlog-proof@v1\nextra '));
    const proven = verifyEntryProof(proof, { logKeys: keys });
    assert.deepEqual([proven.index, proven.checkpoint.size, proven.cosigners], [index, 530, []]);
    assert.equal(decodeEntry(proven.entry).event.detail?.['number'], index);
  }
  await assert.rejects(proveEntry(log.source, 530), { code: 'AUDIT_ENTRY_MISSING' });
  await assert.rejects(proveEntry({ read: async () => null }, 0), { code: 'AUDIT_ENTRY_MISSING' });
});

test('proveEntry() takes the witnessed checkpoint where it has the entry', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await log.append(testEvent(0));
  const { note, text } = await log.flush();
  await log.publishWitnessed(note + (await signNote(text, [witness])).slice(text.length + 1));
  await log.append(testEvent(1));
  await log.flush();
  const options = { logKeys: keys, witnesses };
  const proven = verifyEntryProof(await proveEntry(log.source, 0), options);
  assert.deepEqual([proven.checkpoint.size, proven.cosigners], [1, ['witness.example/w1']]);
  const unwitnessed = await proveEntry(log.source, 1);
  assert.throws(() => verifyEntryProof(unwitnessed, options), { code: 'AUDIT_CHECKPOINT_INVALID' });
  assert.equal(verifyEntryProof(unwitnessed, { ...options, quorum: 0 }).checkpoint.size, 2);
});

test('verifyEntryProof() refuses changed proofs, other entries, and other keys', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await Promise.all(Array.from({ length: 10 }, (_, i) => log.append(testEvent(i))));
  await log.flush();
  const proof = await proveEntry(log.source, 3);
  const lines = proof.split('\n');
  const refused = (text: string, code = 'AUDIT_PROOF_INVALID') =>
    assert.throws(() => verifyEntryProof(text, { logKeys: keys }), { code }, text);
  refused(proof.replace('tlog-proof@v1', 'tlog-proof@v2'));
  refused(proof.replace('index 3', 'index 4'));
  refused(proof.replace('index 3', 'index 03'));
  refused(proof.replace('index 3', 'index 99999999999999999'));
  refused(lines.toSpliced(3, 1).join('\n'));
  refused(lines.toSpliced(3, 0, lines[3]!).join('\n'));
  refused(lines.toSpliced(1, 1).join('\n'));
  refused(lines.with(3, toBase64(fromBase64(lines[3]!).map((byte) => byte ^ 1))).join('\n'));
  refused(lines.with(3, '!').join('\n'));
  refused('');
  refused('x'.repeat(1_300_000));
  refused(proof.replace('\n10\n', '\n11\n'), 'AUDIT_CHECKPOINT_INVALID');
  for (let length = 0; length < proof.lastIndexOf('\n\n') + 20; length += 7) {
    assert.throws(() => verifyEntryProof(proof.slice(0, length), { logKeys: keys }));
  }
  const { entry } = verifyEntryProof(proof, { logKeys: keys });
  const bare = lines.toSpliced(1, 1).join('\n');
  assert.equal(verifyEntryProof(bare, { logKeys: keys, entry }).index, 3);
  assert.throws(() => verifyEntryProof(bare, { logKeys: keys, entry: entry.subarray(1) }), {
    code: 'AUDIT_PROOF_INVALID',
  });
});

test('proveConsistency() proves growth between any two checkpoints', async (t) => {
  const { log } = await openAuditLog(t);
  const heads = [];
  for (const count of [1, 6, 250, 300]) {
    await Promise.all(Array.from({ length: count }, (_, i) => log.append(testEvent(i))));
    heads.push(await log.flush());
  }
  for (const head of heads) {
    for (const old of heads.filter(({ size }) => size <= head.size)) {
      const proof = await proveConsistency(log.source, old.size, head.size);
      verifyConsistencyProof(old.size, old.root, head.size, head.root, proof);
    }
  }
});
