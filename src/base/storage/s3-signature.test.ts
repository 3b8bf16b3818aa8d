import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { escapeS3, signS3Request } from './s3-signature.ts';

/** Of the pages "Signature Calculations for the Authorization Header" of the S3 API reference. */
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const TIME = Date.UTC(2013, 4, 24);
const HOST = 'https://examplebucket.s3.amazonaws.com';
const EMPTY = sha256Hex('');

test('signS3Request() signs the published examples as they were published', () => {
  const cases = [
    [
      { method: 'GET', url: new URL('/test.txt', HOST), headers: { range: 'bytes=0-9' }, payload: EMPTY },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      {
        method: 'PUT',
        url: new URL('/test%24file.text', HOST),
        headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        payload: sha256Hex('Welcome to Amazon S3.'),
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      { method: 'GET', url: new URL('/?lifecycle', HOST), headers: {}, payload: EMPTY },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      { method: 'GET', url: new URL('/?max-keys=2&prefix=J', HOST), headers: {}, payload: EMPTY },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ] as const;
  for (const [request, signature] of cases) {
    const { authorization } = signS3Request(request, CREDENTIALS, 'us-east-1', TIME);
    assert.match(authorization ?? '', new RegExp(`Signature=${signature}$`), request.url.href);
  }
});

test('a token of credentials for a while is signed and sent; escaping leaves unreserved bytes alone', () => {
  const request = { method: 'GET', url: new URL('/a', HOST), headers: {}, payload: EMPTY };
  const signed = signS3Request(request, { ...CREDENTIALS, sessionToken: 'token' }, 'us-east-1', TIME);
  assert.equal(signed['x-amz-security-token'], 'token');
  assert.match(signed['authorization'] ?? '', /SignedHeaders=host;[^,]*x-amz-security-token/);
  assert.equal(escapeS3("a-b_c.d~e/f g'h"), 'a-b_c.d~e%2Ff%20g%27h');
});
