import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alternativeNames, commonNameOf } from './certificate-profile.ts';

test('alternativeNames() follows the purpose of the certificate', () => {
  assert.deepEqual(alternativeNames({ kind: 'root', commonName: 'r' }), []);
  assert.deepEqual(alternativeNames({ kind: 'issuing', commonName: 'i' }), []);
  assert.deepEqual(alternativeNames({ kind: 'server', commonName: 's', hosts: ['weir.example.com', '::1'] }), [
    { type: 'dns', value: 'weir.example.com' },
    { type: 'ip', value: '::1' },
  ]);
  const subject = { kind: 'device', name: 'truck-7' } as const;
  assert.deepEqual(alternativeNames({ kind: 'client', subject, deployment: '0a' }), [
    { type: 'url', value: 'urn:weir:0a:device:truck-7' },
  ]);
});

test('commonNameOf() keeps to the 64 characters of X.520', () => {
  assert.equal(commonNameOf({ kind: 'server', commonName: 'x'.repeat(80), hosts: [] }).length, 64);
  const subject = { kind: 'client', name: 'operator' } as const;
  assert.equal(commonNameOf({ kind: 'client', subject, deployment: '0a' }), 'operator');
});
