import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { httpSigningKey, httpVerifyingKey } from './http-signature-key.ts';
import { isHttpSignature, signHttp } from './http-signature.ts';

test('httpSigningKey() and httpVerifyingKey() make keys of what files and certificates hold', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signing = httpSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const verifying = httpVerifyingKey(publicKey.export({ format: 'der', type: 'spki' }));
  assert.ok(verifying !== null);
  assert.equal(isHttpSignature(Buffer.from('x'), signHttp(Buffer.from('x'), signing), verifying), true);
});

test('httpSigningKey() and httpVerifyingKey() refuse what is no key', () => {
  assert.throws(() => httpSigningKey('x'), { code: 'CRYPTO_KEY_INVALID' });
  for (const bytes of [new Uint8Array(0), new Uint8Array(40)]) assert.equal(httpVerifyingKey(bytes), null);
});
