import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { seconds } from '#base/core/index.ts';
import { ConnectionCount } from './connection-count.ts';
import { AgreementCount } from './key-agreement.ts';
import { HandshakeGate } from './handshake-gate.ts';
import { SecureListener } from './secure-listener.ts';

function listener(certificate: string, limits: { connections: number; handshakes: number }) {
  const refused: string[] = [];
  const count = new ConnectionCount(new SharedArrayBuffer(4));
  const made = new SecureListener({
    tls: { certificate, key: certificate, authorities: [] },
    rules: { minimum: '1.3', hybrid: 'prefer' },
    clientCertificates: true,
    protocol: 'mqtt',
    handshakeTimeout: seconds(1),
    count,
    mostConnections: () => limits.connections,
    agreements: new AgreementCount(),
    gate: new HandshakeGate({ total: limits.handshakes, perSource: limits.handshakes }),
    accept: () => {},
    refused: (reason) => refused.push(reason),
  });
  return { made, refused, count };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 50));

test('SecureListener() names a certificate that does not load', () => {
  assert.throws(() => listener('not PEM', { connections: 1, handshakes: 1 }), { code: 'GATEWAY_CERTIFICATE_INVALID' });
});

test('listen() names a port that is taken', async () => {
  await using first = listener('', { connections: 1, handshakes: 1 }).made;
  const port = await first.listen('127.0.0.1', 0, false);
  await using second = listener('', { connections: 1, handshakes: 1 }).made;
  await assert.rejects(second.listen('127.0.0.1', port, false), { code: 'GATEWAY_LISTEN_FAILED' });
});

test('connections and handshakes beyond the bounds are turned away, and places come back', async () => {
  for (const [limits, reason] of [
    [{ connections: 2, handshakes: 9 }, 'too-many-connections'],
    [{ connections: 9, handshakes: 2 }, 'too-many-handshakes'],
  ] as const) {
    const { made, refused, count } = listener('', limits);
    await using held = made;
    const port = await held.listen('127.0.0.1', 0, false);
    const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await settle();
    assert.deepEqual(refused, [reason, reason, reason]);
    assert.equal(count.open, 2);
    for (const socket of sockets) socket.destroy();
    await settle();
    assert.equal(count.open, 0);
  }
});
