import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { test } from 'node:test';
import { minutes } from '#base/core/index.ts';
import { ConnectionCount } from './connection-count.ts';
import { AgreementCount } from './key-agreement.ts';
import { HandshakeGate } from './handshake-gate.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { HandshakePace } from './handshake-pace.ts';
import type { PeerSource } from './peer-source.ts';
import { SecureListener } from './secure-listener.ts';
import type { TlsMaterial } from './tls-options.ts';

function listener(
  certificate: string,
  limits: { connections: number; handshakes: number },
  tls: TlsMaterial = { certificate, key: certificate, authorities: [] },
  pace = new HandshakePace(() => performance.now()),
) {
  const refused: string[] = [];
  const sources: PeerSource[] = [];
  const count = new ConnectionCount(new SharedArrayBuffer(8));
  const made = new SecureListener({
    tls,
    rules: { minimum: '1.3', hybrid: 'require' },
    clientCertificates: true,
    protocol: 'mqtt',
    handshakeTimeout: minutes(1),
    count,
    mostConnections: () => limits.connections,
    agreements: new AgreementCount(),
    pace,
    gate: new HandshakeGate({ total: limits.handshakes, perSource: limits.handshakes }),
    accept: () => {},
    refused: (reason, from) => {
      refused.push(reason);
      sources.push(from);
    },
  });
  return { made, refused, sources, count };
}

/** Waits turn by turn: timers are in the hands of the test. */
async function turnsUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

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
    await eventually(
      () => refused.length,
      (turnedAway) => turnedAway === 3,
    );
    assert.deepEqual(refused, [reason, reason, reason]);
    assert.equal(count.open, 2);
    for (const socket of sockets) socket.destroy();
    const open = await eventually(
      () => count.open,
      (left) => left === 0,
    );
    assert.equal(open, 0);
  }
});

test('who connects and leaves before its turn waits for none', async (t) => {
  // Busy, and nobody lets the rest between two handshakes pass.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const pace = new HandshakePace(() => 0);
  pace.worked();
  pace.begin(() => {});
  const { made, count } = listener('', { connections: 9, handshakes: 9 }, undefined, pace);
  await using held = made;
  const port = await held.listen('127.0.0.1', 0, false);
  const passing = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await turnsUntil(() => count.open === 5);
  assert.equal(pace.waiting, 5);
  for (const socket of passing) socket.destroy();
  await turnsUntil(() => count.open === 0);
  assert.equal(pace.waiting, 0);
});

test('own() marks one open connection, and whoever leaves early is still told by where it came from', async () => {
  const { made, sources } = listener('', { connections: 9, handshakes: 9 });
  await using held = made;
  const port = await held.listen('127.0.0.1', 0, false);
  const [own, stranger] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all([once(own, 'connect'), once(stranger, 'connect')]);
  const ends = {
    client: { address: '127.0.0.1', port: own.localPort ?? 0 },
    server: { address: '127.0.0.1', port },
  };
  await eventually(() => held.own(ends), Boolean);
  for (const other of [
    { ...ends, client: { ...ends.client, address: '127.0.0.2' } },
    { ...ends, server: { ...ends.server, port: port + 1 } },
  ]) {
    assert.equal(held.own(other), false);
  }
  for (const socket of [own, stranger]) {
    socket.destroy();
    const [from] = await eventually(
      () => sources.splice(0),
      ({ length }) => length > 0,
    );
    assert.deepEqual(from, { address: '127.0.0.1', own: socket === own });
  }
  assert.equal(held.own(ends), false, 'the mark went with the connection');
});

test('own() leaves alone who took the port of a connection that was closed before it was marked', async () => {
  const { made, sources, count } = listener('', { connections: 9, handshakes: 9 });
  await using held = made;
  const port = await held.listen('127.0.0.1', 0, false);
  const open = (wanted: number) => eventually(() => count.open, (found) => found === wanted); // prettier-ignore
  const first = connect(port, '127.0.0.1').on('error', () => {});
  await once(first, 'connect');
  await open(1);
  const localPort = first.localPort ?? 0;
  const ends = { client: { address: '127.0.0.1', port: localPort }, server: { address: '127.0.0.1', port } };
  assert.equal(held.own(ends), false, 'asked for once');
  // Without the wait of an orderly end, so that the port is free at once.
  first.resetAndDestroy();
  await open(0);
  sources.splice(0);
  const other = connect({ port, host: '127.0.0.1', localPort });
  await once(other, 'connect');
  await open(1);
  assert.equal(held.own(ends), false, 'another connection, asked for once');
  other.destroy();
  const [from] = await eventually(
    () => sources.splice(0),
    ({ length }) => length > 0,
  );
  assert.deepEqual(from, { address: '127.0.0.1', own: false });
});

/** What a client that takes any certificate agrees on; null where it comes to nothing. */
function agree(port: number, options: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve) => {
    const all = { host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['mqtt'], ...options };
    const socket = connectTls(all, () => {
      resolve(`${socket.getProtocol()} ${socket.getPeerX509Certificate()?.serialNumber}`);
      socket.destroy();
    });
    socket.on('error', () => resolve(null));
  });
}

test('renew() shows new connections the new certificate, and loosens nothing of what may be agreed on', async (t) => {
  const { identity } = await openTrust(t);
  const material = async (host: string): Promise<TlsMaterial> => {
    const { certificate, key } = await identity.serverCertificate([host]);
    return { certificate, key, authorities: [identity.certificates.root], ticketKeys: new Uint8Array(48) };
  };
  const limits = { connections: 9, handshakes: 9 };
  await using held = listener('', limits, await material('one.test')).made;
  const port = await held.listen('127.0.0.1', 0, false);
  const heard = async () => ({
    usual: await agree(port, {}),
    older: await agree(port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }),
    classical: await agree(port, { ecdhCurve: 'X25519' }),
    otherProtocol: await agree(port, { ALPNProtocols: ['h2'] }),
  });
  const before = await heard();
  assert.match(before.usual ?? '', /^TLSv1\.3 /);
  const refused = { older: null, classical: null, otherProtocol: null };
  assert.deepEqual(before, { usual: before.usual, ...refused });
  held.renew(await material('two.test'));
  const after = await heard();
  assert.match(after.usual ?? '', /^TLSv1\.3 /);
  assert.notEqual(after.usual, before.usual, 'another certificate');
  assert.deepEqual(after, { usual: after.usual, ...refused });
});
