import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeUtf8, hasCode } from '#base/core/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { SigningKey } from './signature.ts';
import { envelopeKeys, openEnvelope, signEnvelope } from './signed-envelope.ts';
import { noteSigner } from './signed-note-key.ts';

const TYPE = 'application/vnd.test+json';
const signers = [SigningKey.generate('ed25519', seededRandom(1)), SigningKey.generate('ml-dsa-65', seededRandom(2))];
const trusted = signers.map((signer) => noteSigner('weir/test', signer).verifierKey);

test('openEnvelope() gives what signEnvelope() was given, in its canonical form', async () => {
  const text = await signEnvelope(TYPE, { b: 1, a: 'ä' }, 'weir/test', signers);
  const { type, payload } = openEnvelope(text, trusted);
  assert.deepEqual([type, decodeUtf8(payload)], [TYPE, '{"a":"ä","b":1}']);
  assert.deepEqual(envelopeKeys(text), trusted);
});

test('openEnvelope() believes nobody who is not trusted, and no other type', async () => {
  const text = await signEnvelope(TYPE, { a: 1 }, 'weir/test', signers.slice(0, 1));
  const unsigned = (error: unknown): boolean => hasCode(error, 'CRYPTO_SIGNATURE_INVALID');
  assert.throws(() => openEnvelope(text, []), unsigned);
  assert.throws(() => openEnvelope(text, trusted), unsigned);
  assert.doesNotThrow(() => openEnvelope(text, trusted.slice(0, 1)));
  assert.throws(() => openEnvelope(text.replace(TYPE, `${TYPE}x`), trusted.slice(0, 1)), unsigned);
});

for (const text of ['', '{}', 'null', '[]', '{"payloadType":"a","payload":"!","signatures":[]}', '{"payloadType":1}']) {
  test(`openEnvelope() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => openEnvelope(text, trusted),
      (error) => hasCode(error, 'CRYPTO_ENVELOPE_MALFORMED'),
    );
  });
}
