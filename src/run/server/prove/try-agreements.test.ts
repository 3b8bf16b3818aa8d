import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { test } from 'node:test';
import { describeCertificate } from '#trust/identity/index.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { dial } from './dial-own.ts';
import { tryAgreements } from './try-agreements.ts';

test('tryAgreements() tells what a listener takes, and shows the certificate that it shows', async (t) => {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  const server = createServer({ key, cert: certificate, ecdhCurve: 'X25519MLKEM768:prime256v1:secp521r1' });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { key: own, certificate: cert } = await identity.inventory.enrol({ name: 'a', type: 'reefer' }, 'test');
  const outcomes = await tryAgreements({
    url: new URL(`mqtts://localhost:${(server.address() as AddressInfo).port}`),
    authority: identity.certificates.root,
    credential: { key: own, certificate: cert },
    timeoutMs: 60_000,
    dial,
  });
  assert.deepEqual(
    outcomes.filter(({ accepted }) => accepted).map(({ offered, group }) => [offered, group]),
    [
      ['X25519MLKEM768', 'X25519MLKEM768'],
      ['prime256v1', 'secp256r1'],
      ['secp521r1', 'secp521r1'],
    ],
  );
  const { fingerprint } = describeCertificate(certificate);
  for (const one of outcomes.filter(({ accepted }) => accepted)) {
    assert.deepEqual([one.version, one.certificate], ['TLSv1.3', fingerprint]);
    assert.match(one.suite ?? '', /^TLS_/);
  }
});
