import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, toBase64 } from '#base/core/index.ts';
import { systemRandom } from './random.ts';
import { SigningKey } from './signature.ts';
import {
  formatNoteKey,
  isNoteKeyName,
  NOTE_KEY_TYPES,
  noteKeyId,
  noteSigner,
  parseNoteKey,
  parseNoteVerifier,
} from './signed-note-key.ts';

const PUBLISHED = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';

test('parseNoteVerifier() reads the example of the specification', () => {
  const verifier = parseNoteVerifier(PUBLISHED);
  assert.equal(verifier.name, 'example.com/foo');
  assert.equal(verifier.keyId, '530d903a');
  assert.equal(verifier.verifierKey, PUBLISHED);
});

test('noteSigner() has a verifier key that parseNoteVerifier() reads and that verifies what it signs', async () => {
  for (const algorithm of ['ed25519', 'ml-dsa-65'] as const) {
    const signer = noteSigner('weir.example/log', SigningKey.generate(algorithm, systemRandom));
    const verifier = parseNoteVerifier(signer.verifierKey);
    assert.equal(verifier.keyId, signer.keyId);
    assert.equal(verifier.isValid('text\n', await signer.sign('text\n')), true);
    assert.equal(verifier.isValid('test\n', await signer.sign('text\n')), false);
  }
});

test('noteKeyId() of the ML-DSA-65 type is the documented digest', () => {
  const { publicKey } = SigningKey.fromSeed('ml-dsa-65', new Uint8Array(32));
  assert.equal(noteKeyId('weir.example/log', NOTE_KEY_TYPES['ml-dsa-65'], publicKey), '5ee9e767');
});

test('parseNoteKey() refuses wrong forms, wrong ids and names with spaces or plus', () => {
  const wrong = [
    '',
    'example.com/foo',
    PUBLISHED.replace('530d903a', '530d903b'),
    PUBLISHED.replace('530d903a', '530D903A'),
    PUBLISHED.replace('/foo', ' foo'),
    PUBLISHED.replace('/foo', '\u00a0foo'),
    `${PUBLISHED}=`,
    `${PUBLISHED}\n`,
    `a+${PUBLISHED}`,
    'x'.repeat(10_000),
  ];
  for (const text of wrong) assert.throws(() => parseNoteKey(text), { code: 'CRYPTO_KEY_INVALID' }, text);
});

test('parseNoteVerifier() refuses types that it does not know and keys of wrong length', () => {
  const name = 'example.com/foo';
  const key = new Uint8Array(32).fill(9);
  assert.throws(() => parseNoteVerifier(formatNoteKey(name, new Uint8Array([2]), key)), { code: 'CRYPTO_KEY_INVALID' });
  const short = formatNoteKey(name, NOTE_KEY_TYPES.ed25519, key.subarray(1));
  assert.throws(() => parseNoteVerifier(short), { code: 'CRYPTO_KEY_INVALID' });
  assert.ok(short.endsWith(toBase64(concatBytes([NOTE_KEY_TYPES.ed25519, key.subarray(1)]))));
});

test('isNoteKeyName() bounds names', () => {
  assert.equal(isNoteKeyName('weir.example/log'), true);
  for (const name of ['', 'a b', 'a+b', 'a\nb', '\u2003', 'x'.repeat(201)]) assert.equal(isNoteKeyName(name), false);
});

test('noteSigner() refuses names that notes cannot carry and ML-DSA-44', () => {
  const ed = SigningKey.generate('ed25519', systemRandom);
  assert.throws(() => noteSigner('a b', ed), { code: 'CRYPTO_KEY_INVALID' });
  const ml = SigningKey.generate('ml-dsa-44', systemRandom);
  assert.throws(() => noteSigner('a', ml), { code: 'CRYPTO_KEY_INVALID' });
});
