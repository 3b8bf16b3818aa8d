import assert from 'node:assert/strict';
import { createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { isHttpSignature, signatureAlgorithmOf, signatureBase, signHttp } from './http-signature.ts';
import type { SignedMessage } from './http-signature.ts';
import { parseByteSequences, parseInnerLists } from './structured-field.ts';

// Keys, messages and signatures of RFC 9421, appendix B.
const ED25519 = createPublicKey({
  format: 'jwk',
  key: { kty: 'OKP', crv: 'Ed25519', x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' },
});
const P256 = createPublicKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA',
    y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0',
  },
});
const SECRET = createSecretKey(
  'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
  'base64',
);

const fieldsOf = (fields: Readonly<Record<string, string>>) => (name: string) =>
  Object.hasOwn(fields, name) ? [fields[name]!] : null;
const REQUEST: SignedMessage = {
  method: 'POST',
  scheme: 'https',
  authority: 'example.com',
  target: '/foo?param=Value&Pet=dog',
  field: fieldsOf({
    date: 'Tue, 20 Apr 2021 02:07:55 GMT',
    'content-type': 'application/json',
    'content-length': '18',
  }),
};
const RESPONSE: SignedMessage = {
  ...REQUEST,
  status: 200,
  field: fieldsOf({
    'content-type': 'application/json',
    'content-digest':
      'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
    'content-length': '23',
  }),
};

const VECTORS: readonly (readonly [section: string, SignedMessage, KeyObject, input: string, signature: string])[] = [
  [
    'B.2.4',
    RESPONSE,
    P256,
    'sig=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
  ],
  [
    'B.2.5',
    REQUEST,
    SECRET,
    'sig=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
  ],
  [
    'B.2.6',
    REQUEST,
    ED25519,
    'sig=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
  ],
];

for (const [section, message, key, input, base64] of VECTORS) {
  test(`isHttpSignature() takes the signature of RFC 9421 ${section}, and no altered one`, () => {
    const list = parseInnerLists(input).get('sig')!;
    const base = signatureBase(message, list);
    const signature = parseByteSequences(`sig=:${base64}:`).get('sig')!;
    assert.equal(isHttpSignature(base, signature, key), true);
    for (let at = 0; at < base.length; at += 7) {
      const altered = Buffer.from(base);
      altered[at]! ^= 1;
      assert.equal(isHttpSignature(altered, signature, key), false, `byte ${at}`);
    }
    for (let at = 0; at < signature.length; at++) {
      const altered = signature.slice();
      altered[at]! ^= 1;
      assert.equal(isHttpSignature(base, altered, key), false, `byte ${at} of the signature`);
    }
    assert.equal(isHttpSignature(base, signature.slice(1), key), false);
  });
}

test('signatureBase() writes each component as the RFC has it', () => {
  const list = parseInnerLists(
    'a=("@method" "@target-uri" "@scheme" "@request-target" "@path" "@query" "x");created=1',
  );
  const message = { ...REQUEST, target: '/a?b=c?d', field: () => [' one ', 'two'] };
  assert.equal(
    signatureBase(message, list.get('a')!).toString(),
    [
      '"@method": POST',
      '"@target-uri": https://example.com/a?b=c?d',
      '"@scheme": https',
      '"@request-target": /a?b=c?d',
      '"@path": /a',
      '"@query": ?b=c?d',
      '"x": one, two',
      '"@signature-params": ("@method" "@target-uri" "@scheme" "@request-target" "@path" "@query" "x");created=1',
    ].join('\n'),
  );
});

test('signatureBase() refuses components that are unknown, absent, twice there or of another meaning', () => {
  for (const component of [
    '"@nothing"',
    '"absent"',
    '"date" "date"',
    '"date";sf',
    '"date";req',
    '"@method";req',
    '"Date"',
    '"@status"',
  ]) {
    const list = parseInnerLists(`a=(${component})`).get('a')!;
    assert.throws(() => signatureBase(REQUEST, list), { code: 'CRYPTO_FIELD_INVALID' }, component);
  }
});

test('signHttp() signs with each kind of key what isHttpSignature() takes, and refuses other keys', () => {
  const base = Buffer.from('x');
  for (const { privateKey, publicKey } of [
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ]) {
    assert.equal(isHttpSignature(base, signHttp(base, privateKey), publicKey), true);
    assert.equal(isHttpSignature(base, signHttp(base, privateKey), ED25519), false);
  }
  assert.equal(isHttpSignature(base, signHttp(base, SECRET), SECRET), true);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  assert.equal(signatureAlgorithmOf(other.publicKey), null);
  assert.throws(() => signHttp(base, other.privateKey), TypeError);
});
