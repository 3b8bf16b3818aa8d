import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, encodeUtf8, fromHex, micros } from '#base/core/index.ts';
import { formatNoteKey, noteSigner, openNote, signNote, VerifyingKey } from '#base/crypto/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { testKey } from '../../../test/support/open-audit-log.ts';
import { cosignatureTime, cosigner, parseCosignerKey, parseVerifierKey } from './cosignature.ts';

const TEXT = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const clock = frozenClock(micros(1_679_315_147_000_000));

test('cosigner() with Ed25519 signs the message that the specification shows', async () => {
  const key = testKey('ed25519');
  const timed = await cosigner('witness.example.com/w1', key, clock).sign(TEXT);
  assert.equal(cosignatureTime(timed), 1_679_315_147);
  const message = encodeUtf8(`cosignature/v1\ntime 1679315147\n${TEXT}`);
  VerifyingKey.fromBytes('ed25519', key.publicKey).verify(message, timed.subarray(8));
});

test('cosigner() with ML-DSA-44 signs the structure that the specification gives', async () => {
  const key = testKey('ml-dsa-44');
  const timed = await cosigner('w1', key, clock).sign(TEXT);
  const message = concatBytes([
    encodeUtf8('subtree/v1\n\0\x02w1'),
    fromHex('00000000641850cb'),
    encodeUtf8('\x1bexample.com/behind-the-sofa'),
    fromHex(`0000000000000000${(20_852_163).toString(16).padStart(16, '0')}`),
    Uint8Array.fromBase64('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='),
  ]);
  VerifyingKey.fromBytes('ml-dsa-44', key.publicKey).verify(message, timed.subarray(8));
});

test('parseCosignerKey() verifies what cosigner() signs, and nothing else', async () => {
  for (const algorithm of ['ed25519', 'ml-dsa-44'] as const) {
    const witness = cosigner('witness.example/w1', testKey(algorithm), clock);
    const verifier = parseCosignerKey(witness.verifierKey);
    const timed = await witness.sign(TEXT);
    assert.equal(verifier.isValid(TEXT, timed), true);
    assert.equal(verifier.isValid(TEXT.replace('20852163', '20852164'), timed), false);
    for (const at of [7, 8, timed.length - 1])
      assert.equal(verifier.isValid(TEXT, timed.with(at, timed[at]! ^ 1)), false);
    for (const length of [0, 7, 8, timed.length - 1])
      assert.equal(verifier.isValid(TEXT, timed.subarray(0, length)), false);
    const note = await signNote(TEXT, [noteSigner('log', testKey('ed25519', 2)), witness]);
    assert.equal(openNote(note, [verifier]).unknown.length, 1);
  }
});

test('parseCosignerKey() with ML-DSA-44 takes no note for cosigned that is no checkpoint', () => {
  const verifier = parseCosignerKey(cosigner('w', testKey('ml-dsa-44'), clock).verifierKey);
  const timed = new Uint8Array(8 + 2420).fill(1);
  assert.equal(verifier.isValid('just text\n', timed), false);
  assert.equal(verifier.isValid(`${'x'.repeat(300)}${TEXT}`, timed), false);
});

test('cosignatureTime() has none for what is too short, zero, or beyond any time', () => {
  assert.equal(cosignatureTime(new Uint8Array(7)), null);
  assert.equal(cosignatureTime(new Uint8Array(72)), null);
  assert.equal(cosignatureTime(new Uint8Array(72).fill(0xff)), null);
});

test('parseVerifierKey() reads keys of logs and of cosigners, and refuses others', () => {
  const log = noteSigner('a', testKey('ml-dsa-65')).verifierKey;
  const witness = cosigner('a', testKey('ed25519'), clock).verifierKey;
  assert.equal(parseVerifierKey(log).verifierKey, log);
  assert.equal(parseVerifierKey(witness).verifierKey, witness);
  const unknown = formatNoteKey('a', new Uint8Array([5]), new Uint8Array(32));
  assert.throws(() => parseVerifierKey(unknown), { code: 'CRYPTO_KEY_INVALID' });
  assert.throws(() => parseCosignerKey(log), { code: 'CRYPTO_KEY_INVALID' });
  assert.throws(() => cosigner('a', testKey('ml-dsa-65'), clock), { code: 'CRYPTO_KEY_INVALID' });
  assert.throws(() => cosigner('a b', testKey('ed25519'), clock), { code: 'CRYPTO_KEY_INVALID' });
});
