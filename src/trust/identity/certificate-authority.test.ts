import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { days, fromBase64, millis } from '#base/core/index.ts';
import { openTrust } from '../../../test/support/open-trust.ts';
import { requireProgram } from '../../../test/support/outside.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';

/** Writes texts into a folder and gives their paths by name. */
async function write(t: TestContext, files: Readonly<Record<string, string>>): Promise<(name: string) => string> {
  const folder = await temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return (name) => join(folder, name);
}

test('openssl verifies the chains for their purposes and for no other', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const { identity } = await openTrust(t);
  const device = await identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, 'person:p1');
  const operator = await identity.issueOperator('weir:control');
  const server = await identity.serverCertificate(['weir.example.com']);
  const at = await write(t, {
    'ca.crt': identity.certificates.root,
    'issuing.crt': identity.certificates.issuing.join(''),
    'device.crt': device.certificate,
    'operator.crt': operator.certificate,
    'server.crt': server.certificate,
  });
  const verify = (file: string, ...options: string[]): number | null =>
    spawnSync(openssl, [
      'verify',
      '-x509_strict',
      '-CAfile',
      at('ca.crt'),
      '-untrusted',
      at('issuing.crt'),
      ...options,
      at(file),
    ]).status;
  assert.equal(verify('device.crt', '-purpose', 'sslclient'), 0);
  assert.equal(verify('operator.crt', '-purpose', 'sslclient'), 0);
  assert.equal(verify('server.crt', '-purpose', 'sslserver', '-verify_hostname', 'weir.example.com'), 0);
  assert.equal(verify('server.crt', '-purpose', 'sslserver', '-verify_ip', '127.0.0.1'), 0);
  assert.equal(verify('issuing.crt'), 0);
  assert.notEqual(verify('device.crt', '-purpose', 'sslserver'), 0);
  assert.notEqual(verify('server.crt', '-purpose', 'sslclient'), 0);
  assert.notEqual(verify('server.crt', '-verify_hostname', 'other.example.com'), 0);
});

test('openssl shows the profile of RFC 5280 in a device certificate', async (t) => {
  const openssl = requireProgram(t, 'openssl');
  const { identity } = await openTrust(t);
  const { certificate } = await identity.inventory.enrol({ name: 'truck-7', type: 'reefer' }, 'person:p1');
  const at = await write(t, { 'device.crt': certificate });
  const text = execFileSync(openssl, ['x509', '-in', at('device.crt'), '-noout', '-text'], { encoding: 'utf8' });
  const expected = [
    /Version: 3/,
    /Signature Algorithm: ecdsa-with-SHA256/,
    /ASN1 OID: prime256v1/,
    /Basic Constraints: critical\s+CA:FALSE/,
    /Key Usage: critical\s+Digital Signature\n/,
    /Extended Key Usage: \s*TLS Web Client Authentication\n/,
    /Subject Key Identifier/,
    /Authority Key Identifier/,
    new RegExp(`URI:urn:weir:${identity.deployment}:device:truck-7\n`),
  ];
  for (const pattern of expected) assert.match(text, pattern);
});

test('the authority is the same after a restart, and its keys lie sealed', async (t) => {
  const { identity, reopenIdentity, catalogue, audit } = await openTrust(t);
  const again = await reopenIdentity();
  assert.deepEqual(again.certificates, identity.certificates);
  assert.equal(audit.events.filter(({ action }) => action === 'make-authority').length, 2);
  const rows = await catalogue.all('SELECT * FROM identity_authority');
  assert.equal(rows.length, 2);
  for (const row of rows) {
    for (const value of Object.values(row)) {
      const content = Buffer.from(value instanceof Uint8Array ? value : String(value));
      assert.ok(
        !content.includes('PRIVATE KEY') && !content.includes(Buffer.from(fromBase64('KoZIzj0CAQYIKoZIzj0DAQc='))),
      );
    }
  }
});

test('a certificate lives as long as asked, within the life of its authority', async (t) => {
  const { identity } = await openTrust(t);
  const { device } = await identity.inventory.enrol({ name: 'a', type: 'reefer', life: days(30) }, 'x');
  assert.ok(Math.abs((device.certificateExpires ?? 0) / 1_000 - Date.now() - days(30)) < 60_000);
  const old = await identity.inventory.enrol({ name: 'b', type: 'reefer', life: days(365 * 50) }, 'x');
  const [issuing = ''] = identity.certificates.issuing;
  assert.equal(new X509Certificate(old.certificate).validTo, new X509Certificate(issuing).validTo);
  for (const life of [millis(0), millis(-1), millis(Number.NaN), millis(59_999)]) {
    await assert.rejects(identity.inventory.enrol({ name: 'c', type: 'reefer', life }, 'x'), {
      code: 'IDENTITY_LIFETIME_INVALID',
    });
  }
  assert.equal(identity.inventory.find('c'), null);
});
