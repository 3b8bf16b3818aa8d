import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64 } from '#base/core/index.ts';
import { noteSigner, parseNoteVerifier, signNote } from '#base/crypto/index.ts';
import { testKey } from '../../../test/support/open-audit-log.ts';
import { formatCheckpoint, openCheckpoint, parseCheckpoint, peekCheckpoint } from './checkpoint.ts';

const ROOT = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
const TEXT = `example.com/behind-the-sofa\n20852163\n${ROOT}\n`;
const signers = [
  noteSigner('example.com/log', testKey('ed25519')),
  noteSigner('example.com/log', testKey('ml-dsa-65')),
];
const verifiers = signers.map((signer) => parseNoteVerifier(signer.verifierKey));

test('parseCheckpoint() reads the example of the specification, and formatCheckpoint() writes it', () => {
  const checkpoint = parseCheckpoint(TEXT);
  assert.deepEqual(checkpoint, { origin: 'example.com/behind-the-sofa', size: 20_852_163, root: fromBase64(ROOT) });
  assert.equal(formatCheckpoint(checkpoint), TEXT);
});

test('parseCheckpoint() passes over extension lines, and refuses other forms', () => {
  assert.equal(parseCheckpoint(`${TEXT}extension\n`).size, 20_852_163);
  const wrong = [
    '',
    TEXT.slice(0, -1),
    TEXT.replace('20852163', '020852163'),
    TEXT.replace('20852163', '-1'),
    TEXT.replace('20852163', '9007199254740993'),
    TEXT.replace('20852163', '2085216٣'),
    TEXT.replace('example.com/behind-the-sofa', ''),
    TEXT.replace(ROOT, ROOT.slice(4)),
    TEXT.replace(ROOT, ROOT.replace('2I=', '2J=')),
    TEXT.replace(ROOT, '!'),
    `${TEXT}\n`,
  ];
  for (const text of wrong) assert.throws(() => parseCheckpoint(text), { code: 'AUDIT_CHECKPOINT_INVALID' }, text);
});

test('openCheckpoint() needs one signature of a known key, and says whose hold', async () => {
  const note = await signNote(TEXT, signers.slice(0, 1));
  assert.equal(openCheckpoint(note, verifiers).signers.length, 1);
  assert.throws(() => openCheckpoint(note, verifiers.slice(1)), { code: 'AUDIT_CHECKPOINT_INVALID' });
  assert.equal(openCheckpoint(await signNote(TEXT, signers), verifiers).signers.length, 2);
});

test('openCheckpoint() refuses a changed size, and what is no note', async () => {
  const note = await signNote(TEXT, signers);
  assert.throws(() => openCheckpoint(note.replace('20852163', '20852164'), verifiers), {
    code: 'AUDIT_CHECKPOINT_INVALID',
  });
  assert.throws(() => openCheckpoint('', verifiers), { code: 'AUDIT_CHECKPOINT_INVALID' });
});

test('peekCheckpoint() reads without believing', async () => {
  assert.equal(peekCheckpoint(await signNote(TEXT, signers)).size, 20_852_163);
  assert.throws(() => peekCheckpoint(TEXT), { code: 'AUDIT_CHECKPOINT_INVALID' });
});
