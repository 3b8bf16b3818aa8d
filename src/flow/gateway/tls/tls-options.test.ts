import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tlsOptions } from './tls-options.ts';

const MATERIAL = { certificate: 'c', key: 'k', authorities: ['a'] };
const USE = { clientCertificates: true, handshakeTimeout: 5_000 };

test('tlsOptions() asks for TLS 1.3 unless 1.2 is declared, and never lets 1.2 past a mandatory hybrid', () => {
  const minimum = (rules: Parameters<typeof tlsOptions>[1]) => tlsOptions(MATERIAL, rules, USE).minVersion;
  assert.equal(minimum({ minimum: '1.3', hybrid: 'prefer' }), 'TLSv1.3');
  assert.equal(minimum({ minimum: '1.2', hybrid: 'prefer' }), 'TLSv1.2');
  assert.equal(minimum({ minimum: '1.2', hybrid: 'require' }), 'TLSv1.3');
});

test('tlsOptions() offers the hybrid first, or alone', () => {
  assert.match(tlsOptions(MATERIAL, { minimum: '1.3', hybrid: 'prefer' }, USE).ecdhCurve ?? '', /^X25519MLKEM768:/);
  assert.equal(tlsOptions(MATERIAL, { minimum: '1.3', hybrid: 'require' }, USE).ecdhCurve, 'X25519MLKEM768');
});

test('tlsOptions() leaves the decision about client certificates to admission', () => {
  const options = tlsOptions(MATERIAL, { minimum: '1.3', hybrid: 'prefer' }, USE);
  assert.deepEqual([options.requestCert, options.rejectUnauthorized], [true, false]);
});
