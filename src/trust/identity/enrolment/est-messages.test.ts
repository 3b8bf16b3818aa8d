import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { requireProgram } from '../../../../test/support/outside.ts';
import { makeCertificate } from '../certificates/testing.ts';
import { certsOnly, requestAttributes } from './est-messages.ts';

test('certsOnly() writes what openssl reads back in order', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const [a, b] = [
    await makeCertificate({ kind: 'root', commonName: 'a' }),
    await makeCertificate({ kind: 'root', commonName: 'b' }),
  ];
  const message = certsOnly(a.certificate + b.certificate);
  assert.match(message, /^([A-Za-z0-9+/=]{1,64}\r\n)+$/);
  const input = Buffer.from(message, 'base64');
  const printed = execFileSync(openssl, ['pkcs7', '-inform', 'DER', '-print_certs'], { input, encoding: 'utf8' });
  assert.deepEqual(printed.match(/^subject=.*$/gm), ['subject=CN = a', 'subject=CN = b']);
  for (const { certificate } of [a, b]) assert.ok(printed.includes(certificate.trim()));
});

test('requestAttributes() asks for a key on P-256 and SHA-256, or for another kind by its own identifiers', (t) => {
  const openssl = requireProgram(t, 'openssl');
  const read = (text: string): string =>
    execFileSync(openssl, ['asn1parse', '-inform', 'DER'], { input: Buffer.from(text, 'base64'), encoding: 'utf8' });
  assert.match(
    read(requestAttributes('ecdsa-p384')),
    /id-ecPublicKey[\s\S]*SET[\s\S]*secp384r1[\s\S]*ecdsa-with-SHA384/,
  );
  // Its name is not known to every openssl.
  assert.match(
    read(requestAttributes('ml-dsa-65')),
    /OBJECT\s+:(2\.16\.840\.1\.101\.3\.4\.3\.18|ML-DSA-65|id-ml-dsa-65)/,
  );
  assert.match(read(requestAttributes('ed25519')), /OBJECT\s+:ED25519/);
  const printed = read(requestAttributes());
  assert.match(printed, /id-ecPublicKey[\s\S]*SET[\s\S]*prime256v1[\s\S]*ecdsa-with-SHA256/);
});
