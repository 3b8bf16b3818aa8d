import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stackOf } from './tls-stack.ts';

test('stackOf() is the same for the same stack and silent for a resumed session', () => {
  const socket = (cipher: string, reused = false) => ({
    getProtocol: () => 'TLSv1.3',
    getCipher: () => ({ name: cipher, standardName: cipher, version: 'TLSv1.3' }),
    getSharedSigalgs: () => ['ECDSA+SHA256', 'Ed25519'],
    isSessionReused: () => reused,
  });
  assert.equal(stackOf(socket('A')), stackOf(socket('A')));
  assert.notEqual(stackOf(socket('A')), stackOf(socket('B')));
  assert.equal(stackOf(socket('A', true)), null);
});
