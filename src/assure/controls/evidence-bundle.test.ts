import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { fromBase64, hasCode, toBase64 } from '#base/core/index.ts';
import { noteSigner, SigningKey } from '#base/crypto/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import type { Evidence } from './evidence-bundle.ts';
import { EVIDENCE_TYPE, evidenceKeys, signEvidence, verifyEvidence } from './evidence-bundle.ts';

const NAME = 'weir/0011223344556677/evidence';
const random = seededRandom(7);
const signers = [SigningKey.generate('ed25519', random), SigningKey.generate('ml-dsa-65', random)];
const trusted = signers.map((signer) => noteSigner(NAME, signer).verifierKey);

const evidence: Evidence = {
  format: 'weir.evidence',
  version: 1,
  deployment: '0011223344556677',
  begun: '2026-01-01T00:00:00Z',
  ended: '2026-01-01T00:00:10Z',
  by: 'person:p1',
  platform: { version: '0.1.0', demo: true },
  machine: { system: 'linux', processors: 2 },
  template: { name: 'demo', digest: 'ab', since: '2026-01-01T00:00:00Z' },
  log: { size: 3, checkpoint: 'note', keys: [] },
  selection: { rows: [], ids: [] },
  controls: [
    {
      id: 'a-control',
      row: 1,
      covers: 'part',
      statement: 'it holds',
      requirements: ['gdpr:32'],
      outcome: 'pass',
      evidence: { seen: 'ä "quoted" text' },
      at: '2026-01-01T00:00:01Z',
    },
  ],
};

test('verifyEvidence() gives back what signEvidence() was given', async () => {
  const bundle = await signEvidence(evidence, NAME, signers);
  assert.deepEqual(verifyEvidence(bundle, trusted), evidence);
  assert.deepEqual(evidenceKeys(bundle), trusted);
});

test('signEvidence() writes what any program that knows DSSE and Ed25519 verifies', async () => {
  const bundle = JSON.parse(await signEvidence(evidence, NAME, signers)) as {
    payload: string;
    payloadType: string;
    signatures: { sig: string }[];
  };
  const payload = Buffer.from(bundle.payload, 'base64');
  const message = Buffer.concat([
    Buffer.from(`DSSEv1 ${EVIDENCE_TYPE.length} ${EVIDENCE_TYPE} ${payload.length} `),
    payload,
  ]);
  // SubjectPublicKeyInfo of RFC 8410 around the raw key.
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), signers[0]?.publicKey ?? Buffer.of()]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  assert.ok(verify(null, message, key, Buffer.from(bundle.signatures[0]?.sig ?? '', 'base64')));
});

test('verifyEvidence() finds one flipped bit, anywhere in payload and signatures', async () => {
  const envelope = JSON.parse(await signEvidence(evidence, NAME, signers)) as {
    payload: string;
    signatures: { keyid: string; sig: string }[];
  };
  const flip = (base64: string, bit: number): string => {
    const bytes = fromBase64(base64);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return toBase64(bytes);
  };
  const payloadBits = fromBase64(envelope.payload).length * 8;
  for (let bit = 0; bit < payloadBits; bit += 7) {
    const changed = JSON.stringify({ ...envelope, payload: flip(envelope.payload, bit) });
    assert.throws(
      () => verifyEvidence(changed, trusted),
      (error) => hasCode(error, 'CONTROLS_BUNDLE_UNSIGNED'),
    );
  }
  for (const [i, { keyid, sig }] of envelope.signatures.entries()) {
    for (let bit = 0; bit < 64 * 8; bit += 5) {
      const signatures = envelope.signatures.with(i, { keyid, sig: flip(sig, bit) });
      const changed = JSON.stringify({ ...envelope, signatures });
      assert.throws(
        () => verifyEvidence(changed, trusted),
        (error) => hasCode(error, 'CONTROLS_BUNDLE_UNSIGNED'),
      );
    }
  }
});

test('verifyEvidence() wants the signature of every key that it is told to trust', async () => {
  const onlyFirst = await signEvidence(evidence, NAME, signers.slice(0, 1));
  assert.throws(
    () => verifyEvidence(onlyFirst, trusted),
    (error) => hasCode(error, 'CONTROLS_BUNDLE_UNSIGNED'),
  );
  assert.deepEqual(verifyEvidence(onlyFirst, trusted.slice(0, 1)), evidence);
  assert.throws(
    () => verifyEvidence(onlyFirst, []),
    (error) => hasCode(error, 'CONTROLS_BUNDLE_UNSIGNED'),
  );
  const stranger = noteSigner(NAME, SigningKey.generate('ed25519', random)).verifierKey;
  assert.throws(
    () => verifyEvidence(onlyFirst, [stranger]),
    (error) => hasCode(error, 'CONTROLS_BUNDLE_UNSIGNED'),
  );
});

test('verifyEvidence() refuses another type, and forms that are none', async () => {
  const envelope = JSON.parse(await signEvidence(evidence, NAME, signers)) as object;
  const other = JSON.stringify({ ...envelope, payloadType: 'application/json' });
  assert.throws(
    () => verifyEvidence(other, trusted),
    (error) => hasCode(error, 'CONTROLS_BUNDLE_UNSIGNED'),
  );
  const later = await signEvidence({ ...evidence, version: 2 } as unknown as Evidence, NAME, signers);
  assert.throws(
    () => verifyEvidence(later, trusted),
    (error) => hasCode(error, 'CONTROLS_BUNDLE_INVALID'),
  );
  for (const text of [
    '',
    'null',
    '[]',
    '{}',
    '{"payload":1}',
    '{"payloadType":"a","payload":"!","signatures":[]}',
    '{"payloadType":"a","payload":"","signatures":[null]}',
  ]) {
    assert.throws(
      () => verifyEvidence(text, trusted),
      (error) => hasCode(error, 'CONTROLS_BUNDLE_INVALID'),
      text,
    );
  }
});
