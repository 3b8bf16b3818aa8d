import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { SIGNATURE_FORMS, isSignedWith } from './signature-forms.ts';

test('isSignedWith() takes a signature by its own algorithm and key, and nothing else', () => {
  const data = Buffer.from('signed');
  const pairs = {
    ec: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ed25519: generateKeyPairSync('ed25519'),
    'ml-dsa-44': generateKeyPairSync('ml-dsa-44'),
    'ml-dsa-65': generateKeyPairSync('ml-dsa-65'),
    'ml-dsa-87': generateKeyPairSync('ml-dsa-87'),
  };
  for (const [oid, form] of SIGNATURE_FORMS) {
    const own = pairs[form.key as keyof typeof pairs];
    const signature = sign(form.digest, data, own.privateKey);
    assert.ok(isSignedWith(form, data, own.publicKey, signature), oid);
    assert.ok(!isSignedWith(form, Buffer.from('other'), own.publicKey, signature), oid);
    for (const { publicKey } of Object.values(pairs).filter((one) => one !== own)) {
      assert.ok(!isSignedWith(form, data, publicKey, signature), oid);
    }
    assert.ok(!isSignedWith(form, data, own.publicKey, new Uint8Array()), oid);
  }
});
