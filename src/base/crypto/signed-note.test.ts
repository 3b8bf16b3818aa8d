import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from './random.ts';
import { SigningKey } from './signature.ts';
import { noteSigner, parseNoteVerifier } from './signed-note-key.ts';
import { formatSignatureLine, openNote, parseNote, parseSignatureLine, signNote } from './signed-note.ts';

const KEY = parseNoteVerifier('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
const NOTE =
  'This is an example message.\n\n' +
  '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

test('openNote() opens the example of the specification', () => {
  const opened = openNote(NOTE, [KEY]);
  assert.equal(opened.text, 'This is an example message.\n');
  assert.deepEqual(opened.verified, [KEY]);
});

test('openNote() passes over unknown keys, also those that share a name or an id, and needs one that is known', async () => {
  const sameName = noteSigner('example.com/foo', SigningKey.generate('ed25519', systemRandom));
  const line = formatSignatureLine({ name: sameName.name, keyId: sameName.keyId, signature: new Uint8Array(64) });
  const sameId = formatSignatureLine({ name: 'other', keyId: KEY.keyId, signature: new Uint8Array(64) });
  const opened = openNote(`${NOTE}${line}${sameId}`, [KEY]);
  assert.equal(opened.unknown.length, 2);
  assert.throws(() => openNote(NOTE, []), { code: 'CRYPTO_SIGNATURE_INVALID' });
  assert.throws(() => openNote(NOTE, [parseNoteVerifier(sameName.verifierKey)]), { code: 'CRYPTO_SIGNATURE_INVALID' });
});

test('openNote() rejects the note if one known key fails, whatever others say', async () => {
  const other = noteSigner('other', SigningKey.generate('ed25519', systemRandom));
  const text = parseNote(NOTE).text;
  const bad = formatSignatureLine({ name: other.name, keyId: other.keyId, signature: new Uint8Array(64) });
  assert.throws(() => openNote(NOTE + bad, [KEY, parseNoteVerifier(other.verifierKey)]), {
    code: 'CRYPTO_SIGNATURE_INVALID',
  });
  const good = formatSignatureLine({ name: other.name, keyId: other.keyId, signature: await other.sign(text) });
  assert.equal(openNote(NOTE + good, [KEY, parseNoteVerifier(other.verifierKey)]).verified.length, 2);
});

test('openNote() rejects a changed text', () => {
  assert.throws(() => openNote(NOTE.replace('example message', 'example massage'), [KEY]), {
    code: 'CRYPTO_SIGNATURE_INVALID',
  });
});

test('signNote() signs with several keys of both types; each opens it alone', async () => {
  const signers = [
    noteSigner('weir.example/log', SigningKey.generate('ed25519', systemRandom)),
    noteSigner('weir.example/log', SigningKey.generate('ml-dsa-65', systemRandom)),
  ];
  const note = await signNote('a\n\nb\n', signers);
  for (const signer of signers) {
    const opened = openNote(note, [parseNoteVerifier(signer.verifierKey)]);
    assert.equal(opened.text, 'a\n\nb\n');
    assert.equal(opened.unknown.length, 1);
  }
});

test('signNote() refuses texts that would not be read back', async () => {
  const signer = noteSigner('a', SigningKey.generate('ed25519', systemRandom));
  for (const text of ['no newline', 'tab\there\n', 'nul\0\n', '\ud800\n']) {
    await assert.rejects(() => signNote(text, [signer]), { code: 'CRYPTO_NOTE_MALFORMED' });
  }
  await assert.rejects(() => signNote('text\n', []), { code: 'CRYPTO_NOTE_MALFORMED' });
});

test('parseNote() refuses each truncation and foreign forms', () => {
  for (let length = 0; length < NOTE.length; length++) {
    assert.throws(() => openNote(NOTE.slice(0, length), [KEY]));
  }
  const wrong = [
    NOTE.replace('— ', '- '),
    NOTE.replace('— ', '—'),
    NOTE.replace('\n\n', '\n'),
    `${NOTE}\n`,
    `\u0007${NOTE}`,
  ];
  for (const note of wrong) assert.throws(() => parseNote(note), { code: 'CRYPTO_NOTE_MALFORMED' });
});

test('parseNote() accepts sixteen signatures and bounds their number and the length', () => {
  const line = NOTE.slice(NOTE.indexOf('—'));
  assert.equal(parseNote(NOTE + line.repeat(15)).signatures.length, 16);
  assert.throws(() => parseNote(NOTE + line.repeat(64)), { code: 'CRYPTO_NOTE_MALFORMED' });
  assert.throws(() => parseNote('x'.repeat(1_000_001)), { code: 'CRYPTO_NOTE_MALFORMED' });
});

test('parseSignatureLine() and formatSignatureLine() are inverse', () => {
  const line = NOTE.slice(NOTE.indexOf('—'));
  assert.equal(formatSignatureLine(parseSignatureLine(line.slice(0, -1))), line);
  assert.throws(() => parseSignatureLine('— a AAAA'), { code: 'CRYPTO_NOTE_MALFORMED' });
});
