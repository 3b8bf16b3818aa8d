import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { algorithmOfKey, certificateAlgorithms } from './certificate-algorithms.ts';

test('certificateAlgorithms() tells what a certificate is signed with and what its key signs with', async (t) => {
  const { identity } = await openTrust(t);
  const [root = ''] = identity.certificates.roots;
  assert.deepEqual(certificateAlgorithms(root), { signature: 'ecdsa-p256', key: 'ecdsa-p256' });
});

test('algorithmOfKey() knows each kind of key that is taken', () => {
  const cases = [
    [generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'ecdsa-p256'],
    [generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'ecdsa-p384'],
    [generateKeyPairSync('ec', { namedCurve: 'P-521' }), 'ecdsa-p521'],
    [generateKeyPairSync('rsa', { modulusLength: 2_048 }), 'rsa-pkcs1'],
    [generateKeyPairSync('ed25519'), 'ed25519'],
    [generateKeyPairSync('ml-dsa-65'), 'ml-dsa-65'],
    [generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), null],
  ] as const;
  for (const [{ publicKey }, id] of cases) assert.equal(algorithmOfKey(publicKey), id);
});
