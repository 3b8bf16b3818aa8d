import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { requireProgram } from '../../../../test/support/outside.ts';
import { makeKeyPair } from '../sign-certificate.ts';
import { makeCertificateRequest } from './make-request.ts';

test('makeCertificateRequest() makes what openssl verifies', (t) => {
  const openssl = requireProgram(t, 'openssl');
  const input = Buffer.from(makeCertificateRequest(makeKeyPair(), 'Weir issuing 2'));
  const subject = execFileSync(openssl, ['req', '-inform', 'DER', '-verify', '-noout', '-subject'], {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  assert.match(subject, /CN = Weir issuing 2/);
});
