import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { requireProgram } from '../../../test/support/outside.ts';
import { openTrust } from '../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { pemBlocks } from './certificates/pem-certificates.ts';
import type { Identity } from './identity.ts';

const outcome = (identity: Identity, certificate: string): string =>
  identity.checker().check(pemBlocks(certificate)[0], systemClock.now()).outcome;

test('rotate() makes an authority that signs, and what the old one gave stays good over a restart', async (t) => {
  const { identity, reopenIdentity, audit } = await openTrust(t);
  const { authorities, inventory } = identity;
  let told = 0;
  authorities.onChange(() => (told += 1));
  const before = await inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
  const server = await identity.serverCertificate([]);
  const made = await authorities.rotate('person:x');
  assert.deepEqual([made.generation, made.state, made.keyHere, told], [2, 'signing', true, 1]);
  const after = await inventory.enrol({ name: 'truck-2', type: 'reefer' }, 'test');
  assert.equal(new X509Certificate(after.certificate).issuer, `CN=Weir issuing ${identity.deployment} 2`);
  assert.equal(identity.certificates.issuing.length, 2);
  const again = await reopenIdentity();
  for (const one of [identity, again]) {
    assert.equal(outcome(one, before.certificate), 'ok');
    assert.equal(outcome(one, after.certificate), 'ok');
  }
  assert.equal((await again.serverCertificate([])).certificate, server.certificate, 'nothing changes before its time');
  assert.deepEqual(
    (await again.authorities.list()).map(({ role, generation, state }) => [role, generation, state]),
    [
      ['issuing', 1, 'counting'],
      ['issuing', 2, 'signing'],
      ['root', 1, 'counting'],
    ],
  );
  assert.ok(audit.events.some(({ action, detail }) => action === 'make-authority' && detail?.['generation'] === 2));
});

test('rotate() twice at once makes two authorities, and what either gave stays good', async (t) => {
  const { identity } = await openTrust(t);
  const { authorities, inventory } = identity;
  const enrolling = authorities.rotate('test').then(() => inventory.enrol({ name: 'a', type: 'reefer' }, 'test'));
  const [device, second] = await Promise.all([enrolling, authorities.rotate('test')]);
  assert.equal(second.generation, 3);
  assert.equal(identity.certificates.issuing.length, 3);
  assert.equal(outcome(identity, device.certificate), 'ok');
});

/** A root in openssl's hands, and what it makes of a request. */
function offlineRoot(
  openssl: string,
  folder: string,
): { root: string; sign: (csr: string, extensions?: string) => string } {
  const run = (line: string) => execFileSync(openssl, line.split(' '), { cwd: folder, stdio: 'ignore' });
  run(
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout root.key -out root.crt -days 900 -subj /O=Works/CN=Root -addext keyUsage=critical,keyCertSign,cRLSign',
  );
  const root = readFileSync(path.join(folder, 'root.crt'), 'utf8');
  const sound =
    'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';
  const sign = (csr: string, extensions = sound): string => {
    writeFileSync(path.join(folder, 'in.csr'), csr);
    writeFileSync(path.join(folder, 'ext'), extensions);
    run(
      'x509 -req -in in.csr -CA root.crt -CAkey root.key -CAcreateserial -days 300 -sha384 -extfile ext -out out.crt',
    );
    return readFileSync(path.join(folder, 'out.crt'), 'utf8');
  };
  return { root, sign };
}

test('request() and accept() take an authority that a root elsewhere signed; the key of that root is never here', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const { root, sign } = offlineRoot(openssl, await temporaryFolder(t));
  const { identity, reopenIdentity } = await openTrust(t);
  const { authorities, inventory } = identity;
  const old = await inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
  await assert.rejects(authorities.accept(root, 'person:x'), {
    code: 'IDENTITY_AUTHORITY_INVALID',
    message: /none was requested/,
  });
  const first = await authorities.request('person:x');
  const csr = await authorities.request('person:x');
  assert.equal(identity.certificates.issuing.length, 1, 'a request changes nothing');
  const refused: [string, string, RegExp][] = [
    ['for a request that was replaced', sign(first) + root, /not? certificate of it is for the key/],
    ['without its root', sign(csr), /neither a known root/],
    [
      'no authority',
      sign(csr, 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n') + root,
      /CA:TRUE/,
    ],
    [
      'without the right to sign lists',
      sign(csr, 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n') + root,
      /cRLSign/,
    ],
    ['no certificate', 'nothing', /certificate/],
  ];
  for (const [what, pem, message] of refused) {
    await assert.rejects(authorities.accept(pem, 'person:x'), { code: 'IDENTITY_AUTHORITY_INVALID', message }, what);
  }
  assert.equal(identity.certificates.issuing.length, 1);
  const made = await authorities.accept(sign(csr) + root, 'person:x');
  assert.deepEqual([made.generation, made.state], [2, 'signing']);
  const fresh = await inventory.enrol({ name: 'truck-2', type: 'reefer' }, 'test');
  const again = await reopenIdentity();
  for (const one of [identity, again]) {
    assert.deepEqual([outcome(one, old.certificate), outcome(one, fresh.certificate)], ['ok', 'ok']);
    assert.equal(one.certificates.roots.length, 2);
  }
  // Devices that came before know the old root alone.
  const server = await again.serverCertificate(['new.example']);
  const [, issuing = ''] = server.certificate.split(/(?<=-----END CERTIFICATE-----\n)/);
  assert.ok(new X509Certificate(issuing).checkIssued(new X509Certificate(again.certificates.roots[0] ?? '')));
  assert.deepEqual(
    (await again.authorities.list()).map(({ keyHere }) => keyHere),
    [true, true, true, false],
  );
  await assert.rejects(again.authorities.rotate('person:x'), { code: 'IDENTITY_AUTHORITY_INVALID' });
});
