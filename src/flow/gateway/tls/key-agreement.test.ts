import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { test } from 'node:test';
import { days } from '#base/core/index.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { AgreementCount, groupOf, keyAgreementOf } from './key-agreement.ts';
import type { KeyAgreement } from './key-agreement.ts';
import { tlsOptions } from './tls-options.ts';

test('keyAgreementOf() tells version, suite and group of real handshakes, resumed ones too', async (t) => {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  const material = { key, certificate, authorities: [] };
  const server = createServer(
    tlsOptions(material, { minimum: '1.2', hybrid: 'prefer' }, { clientCertificates: true, handshakeTimeout: days(1) }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const shake = async (
    options: object,
  ): Promise<{ agreed: KeyAgreement; resumed: boolean; session: Buffer | null }> => {
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    let session: Buffer | null = null;
    client.on('session', (ticket: Buffer) => (session = ticket));
    const [socket] = await accepted;
    const agreed = keyAgreementOf(socket);
    const resumed = socket.isSessionReused();
    // What follows the tickets: once it has come, they have.
    socket.end('x');
    client.resume();
    await once(client, 'close');
    return { agreed, resumed, session };
  };
  const modern = await shake({});
  assert.deepEqual(modern.agreed, {
    version: 'TLSv1.3',
    suite: 'TLS_AES_256_GCM_SHA384',
    group: 'X25519MLKEM768',
  });
  const resumed = await shake({ session: modern.session, ecdhCurve: 'X25519' });
  assert.deepEqual([resumed.resumed, resumed.agreed.group], [true, 'x25519']);
  assert.equal((await shake({ ecdhCurve: 'secp384r1' })).agreed.group, 'secp384r1');
  const old = await shake({ maxVersion: 'TLSv1.2', ecdhCurve: 'prime256v1' });
  assert.equal(old.agreed.version, 'TLSv1.2');
  assert.match(old.agreed.suite, /^TLS_ECDHE_ECDSA_WITH_/);
  assert.equal(old.agreed.group, 'secp256r1');
});

test('groupOf() reads the member and answers nothing for bytes of another form, whatever they are', () => {
  const session = Uint8Array.from([0x30, 0x09, 0x02, 0x01, 0x01, 0xb3, 0x04, 0x02, 0x02, 0x11, 0xec]);
  assert.equal(groupOf(session), 0x11ec);
  assert.equal(groupOf(undefined), null);
  for (let length = 0; length < session.length; length += 1) assert.equal(groupOf(session.subarray(0, length)), null);
  for (let bit = 0; bit < session.length * 8; bit += 1) {
    const bent = session.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    assert.ok(groupOf(bent) === null || Number.isInteger(groupOf(bent)), `bit ${bit}`);
  }
  assert.equal(groupOf(Uint8Array.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])), null);
});

test('AgreementCount counts those that are open', () => {
  const counted = new AgreementCount();
  const agreed = { version: 'TLSv1.3', suite: 'S', group: 'x25519' };
  const [first, second] = [counted.add(agreed), counted.add(agreed)];
  assert.deepEqual(counted.counts(), { 'TLSv1.3 S x25519': 2 });
  first();
  first();
  assert.deepEqual(counted.counts(), { 'TLSv1.3 S x25519': 1 });
  second();
  assert.deepEqual(counted.counts(), { 'TLSv1.3 S x25519': 0 });
});
