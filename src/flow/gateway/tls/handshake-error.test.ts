import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handshakeRefusal } from './handshake-error.ts';

test('handshakeRefusal() names what is known and falls back on one reason', () => {
  for (const [code, reason] of [
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'handshake-timeout'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'protocol-version'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'refused-by-peer'],
    ['ERR_SSL_HTTP_REQUEST', 'not-tls'],
    ['ECONNRESET', 'peer-left'],
    ['ERR_SSL_SOMETHING_NEW', 'handshake-failed'],
  ] as const) {
    assert.equal(handshakeRefusal(Object.assign(new Error('x'), { code })), reason);
  }
  assert.equal(handshakeRefusal(new Error('no code')), 'handshake-failed');
});
