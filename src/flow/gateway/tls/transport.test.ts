import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transportOf } from './transport.ts';

const AGREED = { version: 'TLSv1.3', suite: 'TLS_AES_128_GCM_SHA256', group: 'X25519' };

function socket(algorithms: readonly string[], resumed = false) {
  return {
    remoteAddress: '192.0.2.77',
    getProtocol: () => 'TLSv1.3',
    getCipher: () => ({ name: 'TLS_AES_128_GCM_SHA256', standardName: '', version: '' }),
    getSharedSigalgs: () => [...algorithms],
    isSessionReused: () => resumed,
  };
}

test('transportOf() tells networks, agreements and stacks apart, and no address', () => {
  const one = transportOf(socket(['a']), AGREED);
  assert.deepEqual([one.network, one.tls], ['192.0.2.0/24', 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519']);
  assert.match(one.stack ?? '', /^[0-9a-f]{16}$/);
  assert.equal(transportOf(socket(['a']), AGREED).stack, one.stack);
  assert.notEqual(transportOf(socket(['b']), AGREED).stack, one.stack);
  assert.equal(transportOf(socket(['a'], true), AGREED).stack, null);
});
