import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { days } from '#base/core/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../test/support/open-trust.ts';

test('serverCertificate() keeps a certificate while hosts and dates allow', async (t) => {
  const clock = frozenClock();
  const { identity, reopenIdentity } = await openTrust(t, { clock });
  const first = await identity.serverCertificate(['weir.example.com', '10.0.0.5']);
  assert.deepEqual(first.hosts, ['10.0.0.5', '127.0.0.1', '::1', 'localhost', 'weir.example.com']);
  const again = await reopenIdentity();
  assert.deepEqual(await again.serverCertificate(['10.0.0.5', 'weir.example.com', 'localhost']), first);
  const moved = await again.serverCertificate(['other.example.com']);
  assert.notEqual(moved.certificate, first.certificate);
  clock.advance(days(59));
  assert.equal((await again.serverCertificate(['other.example.com'])).certificate, moved.certificate);
  clock.advance(days(1.1));
  assert.ok(clock.now() > moved.renewAfter && clock.now() < moved.expires);
  assert.notEqual((await again.serverCertificate(['other.example.com'])).certificate, moved.certificate);
});

test('serverCertificate() gives key and certificate that belong together', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  assert.ok(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)));
  assert.equal(audit.events.at(-1)?.action, 'issue-certificate');
});

test('serverCertificate() refuses hosts that are none', async (t) => {
  const { identity } = await openTrust(t);
  for (const host of ['', 'a b', 'weir.example.com:8883', 'https://x', '1.2.3']) {
    await assert.rejects(identity.serverCertificate([host]), { code: 'IDENTITY_CERTIFICATE_INVALID' });
  }
});

test('a device and the platform know each other over TLS 1.3', async (t) => {
  const { identity } = await openTrust(t);
  const shown = await identity.serverCertificate([]);
  const device = await identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, 'x');
  const ca = [identity.certificates.root, ...identity.certificates.issuing];
  const server = createServer({
    key: shown.key,
    cert: shown.certificate,
    ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const client = connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    servername: 'localhost',
    ca: device.authority,
    cert: device.certificate,
    key: device.key,
    minVersion: 'TLSv1.3',
  });
  t.after(() => client.destroy());
  await once(client, 'secureConnect');
  assert.equal(client.authorized, true);
  const [socket] = await accepted;
  const checked = identity.checker().check(new Uint8Array(socket.getPeerCertificate(true).raw), device.device.created);
  assert.equal(checked.outcome, 'ok');
});
