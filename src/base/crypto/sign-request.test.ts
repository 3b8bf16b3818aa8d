import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { isHttpSignature, signatureBase } from './http-signature.ts';
import { signRequest } from './sign-request.ts';
import { parseByteSequences, parseInnerLists } from './structured-field.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const url = new URL('https://Localhost:8443/v1/users?x=1');

test('signRequest() signs method, target and the digest of the body', () => {
  const fields = signRequest({ method: 'POST', url, body: Buffer.from('{}'), created: 7, nonce: 'n' }, privateKey);
  assert.match(
    fields['signature-input'] ?? '',
    /^sig=\("@method" "@target-uri" "content-digest"\);created=7;nonce="n";/,
  );
  const message = {
    method: 'POST',
    scheme: 'https',
    authority: 'localhost:8443',
    target: '/v1/users?x=1',
    field: (name: string) => (name === 'content-digest' ? [fields[name]!] : null),
  } as const;
  const base = signatureBase(message, parseInnerLists(fields['signature-input']!).get('sig')!);
  assert.equal(isHttpSignature(base, parseByteSequences(fields['signature']!).get('sig')!, publicKey), true);
});

test('signRequest() signs nothing with a key that is of no use for it', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  assert.deepEqual(signRequest({ method: 'GET', url, body: null, created: 7, nonce: 'n' }, other), {});
  const fields = signRequest({ method: 'GET', url, body: null, created: 7, nonce: 'n' }, privateKey);
  assert.deepEqual(Object.keys(fields), ['signature-input', 'signature']);
});
