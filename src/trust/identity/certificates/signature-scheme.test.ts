import assert from 'node:assert/strict';
import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { days, encodeUtf8, micros, systemClock } from '#base/core/index.ts';
import { CERTIFICATE_ALGORITHMS, systemRandom } from '#base/crypto/index.ts';
import { makeKeyPair, signCertificate } from '../sign-certificate.ts';
import { certificateAlgorithms } from './certificate-algorithms.ts';
import { readDer, sequenceOf } from './der.ts';
import { readOid } from './der-values.ts';
import { SIGNATURE_FORMS, isSignedWith } from './signature-forms.ts';
import {
  generateSigningPair,
  schemeIdentifier,
  schemeOf,
  schemeOfKey,
  signWith,
  webCryptoName,
} from './signature-scheme.ts';

/** A root of a scheme, and its key. */
async function root(algorithm: (typeof CERTIFICATE_ALGORITHMS)[number]) {
  const pair = makeKeyPair(algorithm);
  const now = systemClock.now();
  const signed = await signCertificate(
    {
      profile: { kind: 'root', commonName: 'trial' },
      publicKey: pair.publicKey,
      notBefore: now,
      notAfter: micros(now + days(1) * 1_000),
    },
    { selfKey: pair.privateKey },
    systemRandom,
  );
  return { pem: signed.pem, privateKey: pair.privateKey };
}

for (const algorithm of CERTIFICATE_ALGORITHMS) {
  test(`${algorithm}: keys, certificates and signatures of one scheme fit, and one bit bent does not`, async () => {
    assert.equal(schemeOfKey(generateSigningPair(algorithm).publicKey), algorithm);
    const { pem, privateKey } = await root(algorithm);
    assert.equal(schemeOf(pem), algorithm);
    assert.deepEqual(certificateAlgorithms(pem), { signature: algorithm, key: algorithm });
    const data = encodeUtf8('a list');
    const signature = signWith(privateKey, data);
    const form = SIGNATURE_FORMS.get(readOid(sequenceOf(readDer(schemeIdentifier(algorithm)))[0]))!;
    const key = new X509Certificate(pem).publicKey;
    assert.ok(isSignedWith(form, data, key, signature));
    assert.ok(!isSignedWith(form, encodeUtf8('b list'), key, signature));
    assert.ok(!isSignedWith(form, data, key, signature.with(20, signature[20]! ^ 1)));
    assert.ok(webCryptoName(algorithm).name.length > 4);
  });
}

test('keys of other kinds sign nothing', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  assert.throws(() => schemeOfKey(publicKey), { code: 'IDENTITY_AUTHORITY_INVALID' });
});
