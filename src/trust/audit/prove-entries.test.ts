import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signNote } from '#base/crypto/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openAuditLog, testEvent, testKey } from '../../../test/support/open-audit-log.ts';
import { cosigner, parseCosignerKey } from './cosignature.ts';
import { proveEntries, verifyEntries } from './prove-entries.ts';
import type { EntriesProof } from './prove-entries.ts';

const witness = cosigner('witness.example/w1', testKey('ed25519', 5), frozenClock());
const witnesses = [parseCosignerKey(witness.verifierKey)];

test('proveEntries() proves entries under one checkpoint, each once and in order', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await Promise.all(Array.from({ length: 530 }, (_, i) => log.append(testEvent(i))));
  await log.flush();
  const { entries, checkpoint } = verifyEntries(await proveEntries(log.source, [529, 0, 256, 0]), { logKeys: keys });
  assert.deepEqual([entries.map(({ index }) => index), checkpoint.size], [[0, 256, 529], 530]);
  assert.equal(entries[1]?.event.detail?.['number'], 256);
  await assert.rejects(proveEntries(log.source, [0, 530]), { code: 'AUDIT_ENTRY_MISSING' });
});

test('verifyEntries() refuses what was changed, and a checkpoint that the witness has not seen', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await Promise.all(Array.from({ length: 10 }, (_, i) => log.append(testEvent(i))));
  const { note, text } = await log.flush();
  const proof = await proveEntries(log.source, [3, 4]);
  const [first, second] = proof.entries;
  const changed: readonly EntriesProof['entries'][] = [
    [{ ...first!, index: 5 }],
    [{ ...first!, entry: second!.entry }],
    [{ ...first!, path: first!.path.toReversed() }],
    [{ ...first!, path: first!.path.with(0, `${first!.path[0]!.slice(0, -2)}5=`) }],
    [{ ...first!, path: Array.from({ length: 100 }, () => first!.path[0]!) }],
  ];
  for (const entries of changed) {
    assert.throws(() => verifyEntries({ ...proof, entries }, { logKeys: keys }), { code: 'AUDIT_PROOF_INVALID' });
  }
  const options = { logKeys: keys, witnesses };
  assert.throws(() => verifyEntries(proof, options), { code: 'AUDIT_CHECKPOINT_INVALID' });
  await log.publishWitnessed(note + (await signNote(text, [witness])).slice(text.length + 1));
  assert.deepEqual(verifyEntries(await proveEntries(log.source, [3]), options).cosigners, ['witness.example/w1']);
});
