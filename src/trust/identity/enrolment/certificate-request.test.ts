import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { requireProgram } from '../../../../test/support/outside.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { formatPem } from '../certificates/pem-certificates.ts';
import { IdentityError } from '../errors.ts';
import { checkRequest, decodeRequest } from './certificate-request.ts';
import { makeRequest } from './testing.ts';

const code = (der: Uint8Array): string => {
  try {
    return checkRequest(der).algorithm;
  } catch (error) {
    if (error instanceof IdentityError) return error.code;
    throw error;
  }
};

test('checkRequest() takes what openssl makes, for each kind of key', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const folder = await temporaryFolder(t);
  for (const [words, expected] of [
    ['-newkey ec -pkeyopt ec_paramgen_curve:P-256', 'P-256'],
    ['-newkey ec -pkeyopt ec_paramgen_curve:P-384 -sha384', 'P-384'],
    ['-newkey ed25519', 'Ed25519'],
    ['-newkey rsa:2048', 'RSA-2048'],
    ['-newkey rsa:1024', 'IDENTITY_KEY_INVALID'],
    ['-newkey ec -pkeyopt ec_paramgen_curve:secp224r1', 'IDENTITY_KEY_INVALID'],
    ['-newkey rsa:2048 -sha1', 'IDENTITY_REQUEST_INVALID'],
  ] as const) {
    const made = ['req', '-new', ...words.split(' '), '-nodes', '-keyout', path.join(folder, 'key'), '-subj', '/CN=x'];
    const pem = execFileSync(openssl, made, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    assert.equal(code(decodeRequest(pem)), expected, words);
  }
});

test('checkRequest() wants proof that the sender holds the key', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  assert.equal(code(makeRequest()), 'P-256');
  assert.equal(code(makeRequest({ signer: other })), 'IDENTITY_REQUEST_INVALID');
  assert.equal(code(makeRequest({ version: 1 })), 'IDENTITY_REQUEST_INVALID');
  assert.equal(code(makeRequest({ algorithm: '1.2.3.4' })), 'IDENTITY_REQUEST_INVALID');
  assert.equal(code(makeRequest({ algorithm: '1.3.101.112' })), 'IDENTITY_REQUEST_INVALID');
});

test('checkRequest() refuses every truncation and every flipped bit with a code', () => {
  const der = makeRequest();
  for (let length = 0; length < der.length; length += 1) {
    assert.equal(code(der.subarray(0, length)), 'IDENTITY_REQUEST_INVALID');
  }
  for (let at = 0; at < der.length; at += 1) {
    const changed = der.with(at, (der[at] ?? 0) ^ (1 << (at % 8)));
    assert.match(code(changed), /^IDENTITY_(REQUEST|KEY)_INVALID$/, `byte ${at}`);
  }
});

test('checkRequest() never fails otherwise, whatever comes', () => {
  const der = makeRequest();
  const spot = fc.tuple(fc.nat(der.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(spot, { minLength: 1, maxLength: 8 }), (changes) => {
      const changed = Uint8Array.from(der);
      for (const [at, value] of changes) changed[at] = value;
      code(changed);
    }),
    { numRuns: 2_000, seed: 1 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void code(bytes)),
    { seed: 1 },
  );
  assert.equal(code(new Uint8Array(20_000)), 'IDENTITY_REQUEST_INVALID');
});

test('decodeRequest() takes PEM and base64 with any line ends, and nothing else', () => {
  const der = makeRequest();
  const base64 = Buffer.from(der).toString('base64');
  for (const text of [
    base64,
    base64.replaceAll(/(.{64})/g, '$1\r\n'),
    formatPem(der, 'CERTIFICATE REQUEST'),
    `Subject: x\n${formatPem(der, 'NEW CERTIFICATE REQUEST')}`,
  ]) {
    assert.deepEqual(decodeRequest(text), der);
  }
  for (const text of ['', 'nonsense!', formatPem(der), 'A'.repeat(40_000), 'AAA==='])
    assert.throws(() => decodeRequest(text), { code: 'IDENTITY_REQUEST_INVALID' });
});
