import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromHex, micros } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { corpora } from '../../../test/support/outside.ts';
import { describe, formatPrivateKey, makeKeyPair, signCertificate } from './sign-certificate.ts';

const NOT_BEFORE = micros(Date.UTC(2026, 0, 1) * 1_000 + 999_999);
const NOT_AFTER = micros(Date.UTC(2050, 0, 1) * 1_000);
const profile = { kind: 'root', commonName: 'Weir root, O=y + ä' } as const;

test('signCertificate() writes dates in whole seconds, over the change of their form in 2050', async () => {
  const keys = makeKeyPair();
  const signed = await signCertificate(
    { profile, publicKey: keys.publicKey, notBefore: NOT_BEFORE, notAfter: NOT_AFTER },
    { selfKey: keys.privateKey },
    random,
  );
  assert.equal(signed.notBefore, Date.UTC(2026, 0, 1) * 1_000);
  assert.equal(signed.notAfter, Date.UTC(2050, 0, 1) * 1_000);
  const parsed = new X509Certificate(signed.pem);
  assert.equal(parsed.toLegacyObject().subject.CN, profile.commonName);
  assert.ok(parsed.checkIssued(parsed) && parsed.verify(parsed.publicKey) && parsed.ca);
  assert.deepEqual(describe(signed.pem), signed);
});

test('signCertificate() draws positive serial numbers of 16 bytes that do not repeat', async () => {
  const keys = makeKeyPair();
  const serials = new Set<string>();
  for (let round = 0; round < 20; round += 1) {
    const request = { profile, publicKey: keys.publicKey, notBefore: NOT_BEFORE, notAfter: NOT_AFTER };
    const { serial } = await signCertificate(request, { selfKey: keys.privateKey }, random);
    assert.match(serial, /^[4-7][0-9A-F]{31}$/);
    serials.add(serial);
  }
  assert.equal(serials.size, 20);
});

test('formatPrivateKey() writes PEM that gives the same key', () => {
  const { publicKey, privateKey } = makeKeyPair();
  const parsed = createPublicKey(createPrivateKey(formatPrivateKey(privateKey)));
  assert.deepEqual(new Uint8Array(parsed.export({ type: 'spki', format: 'der' })), publicKey);
});

test('the primitive under certificates agrees with the Wycheproof vectors for ECDSA P-256', (t) => {
  const file = corpora(t, 'standards/wycheproof/ecdsa_secp256r1_sha256_test.json');
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
    testGroups: { publicKeyDer: string; tests: { tcId: number; msg: string; sig: string; result: string }[] }[];
  };
  let tried = 0;
  for (const { publicKeyDer, tests } of testGroups) {
    const key = createPublicKey({ key: Buffer.from(publicKeyDer, 'hex'), format: 'der', type: 'spki' });
    for (const { tcId, msg, sig, result } of tests) {
      assert.equal(verify('sha256', fromHex(msg), key, fromHex(sig)), result === 'valid', `vector ${tcId}`);
      tried += 1;
    }
  }
  assert.ok(tried > 200);
});
