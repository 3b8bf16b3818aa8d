import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8, fromBase64, hasCode, toBase64 } from '#base/core/index.ts';
import { noteSigner, sha256Hex, signEnvelope, SigningKey, systemRandom } from '#base/crypto/index.ts';
import { ConsentReceipts, openReceipt } from './consent-receipts.ts';
import { AT, consentAt, openConsents } from './testing.ts';

test('a receipt verifies with the keys that stand in the log, and with no others', async (t) => {
  const { custody, audit } = await openConsents(t);
  const parts = { custody, audit, random: systemRandom, deployment: '0011' };
  const receipts = new ConsentReceipts(parts);
  const [receipt, keys] = [await receipts.sign(consentAt(), AT), await receipts.verifierKeys()];
  assert.equal(keys.length, 2);
  const said = openReceipt(receipt, keys) as Record<string, unknown>;
  assert.equal(said['@type'], 'dpv:ConsentReceipt');
  const logged = audit.events.filter(({ action }) => action === 'make-consent-key').map(({ digest }) => digest);
  assert.deepEqual(
    logged,
    keys.map((key) => sha256Hex(encodeUtf8(key))),
  );
  assert.deepEqual(await new ConsentReceipts(parts).verifierKeys(), keys, 'they are kept');

  const envelope = JSON.parse(receipt) as { payload: string };
  const payload = fromBase64(envelope.payload);
  for (let at = 0; at < payload.length; at += 97) {
    payload[at]! ^= 1;
    assert.throws(
      () => openReceipt(JSON.stringify({ ...envelope, payload: toBase64(payload) }), keys),
      (error) => hasCode(error, 'CRYPTO_SIGNATURE_INVALID'),
    );
    payload[at]! ^= 1;
  }
  const other = SigningKey.generate('ed25519', systemRandom);
  const evidence = await signEnvelope('application/json', { a: 1 }, 'x', [other]);
  assert.throws(
    () => openReceipt(evidence, [noteSigner('x', other).verifierKey]),
    (error) => hasCode(error, 'CONSENT_RECEIPT_INVALID'),
  );
});
