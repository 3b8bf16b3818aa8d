import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { days, micros } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { makeCertificateChecker } from './certificate-facts.ts';
import type { CertificateProfile } from './certificate-profile.ts';
import { makeKeyPair, signCertificate } from './sign-certificate.ts';
import type { Signer } from './sign-certificate.ts';

const OURS = '0123456789abcdef';
const NOW = micros(Date.UTC(2026, 5, 1) * 1_000);
const DAY = days(1) * 1_000;
const device = (name: string, deployment = OURS): CertificateProfile => ({
  kind: 'client',
  subject: { kind: 'device', name },
  deployment,
});

async function makeAuthority(commonName: string, above?: Signer): Promise<Signer> {
  const { publicKey, privateKey } = makeKeyPair();
  const request = {
    profile: { kind: above === undefined ? 'root' : 'issuing', commonName } as const,
    publicKey,
    notBefore: micros(NOW - 900 * DAY),
    notAfter: micros(NOW + 900 * DAY),
  };
  const { pem } = await signCertificate(request, above ?? { selfKey: privateKey }, random);
  return { certificate: pem, privateKey };
}

async function issue(by: Signer, profile: CertificateProfile, from = -1, to = 1): Promise<Uint8Array> {
  const { publicKey } = makeKeyPair();
  const request = { profile, publicKey, notBefore: micros(NOW + from * DAY), notAfter: micros(NOW + to * DAY) };
  return new Uint8Array(new X509Certificate((await signCertificate(request, by, random)).pem).raw);
}

test('check() tells each kind of certificate apart', async () => {
  const root = await makeAuthority('root');
  const issuing = await makeAuthority('issuing', root);
  const imposter = await makeAuthority('issuing', await makeAuthority('root'));
  const checker = makeCertificateChecker(OURS, { roots: [root.certificate], issuing: [issuing.certificate] });
  const outcome = (der: Uint8Array | undefined): string => checker.check(der, NOW).outcome;
  const good = await issue(issuing, device('truck-7'));
  assert.equal(outcome(good), 'ok');
  assert.equal(outcome(undefined), 'no-certificate');
  assert.equal(outcome(new Uint8Array(0)), 'no-certificate');
  assert.equal(outcome(new Uint8Array(100)), 'malformed');
  assert.equal(outcome(new Uint8Array(100_000)), 'malformed');
  assert.equal(outcome(await issue(imposter, device('truck-7'))), 'wrong-issuer');
  assert.equal(outcome(await issue(root, device('truck-7'))), 'wrong-issuer');
  assert.equal(outcome(await issue(issuing, device('truck-7'), -5, -1)), 'expired');
  assert.equal(outcome(await issue(issuing, device('truck-7'), 1, 5)), 'not-yet-valid');
  assert.equal(outcome(await issue(issuing, { kind: 'server', commonName: 's', hosts: ['localhost'] })), 'wrong-eku');
  assert.equal(outcome(await issue(issuing, { kind: 'issuing', commonName: 'below' })), 'wrong-eku');
  assert.equal(outcome(await issue(issuing, device('truck-7', 'fedcba9876543210'))), 'wrong-name');
  assert.equal(outcome(new Uint8Array(new X509Certificate(issuing.certificate).raw)), 'wrong-issuer');
});

test('check() wants a path that reaches the root, though the issuing authority is known', async () => {
  const root = await makeAuthority('root');
  const issuing = await makeAuthority('issuing', root);
  const other = await makeAuthority('root');
  const good = await issue(issuing, device('truck-7'));
  const trust = { issuing: [issuing.certificate] };
  assert.equal(makeCertificateChecker(OURS, { ...trust, roots: [root.certificate] }).check(good, NOW).outcome, 'ok');
  for (const roots of [[], [other.certificate]]) {
    assert.equal(makeCertificateChecker(OURS, { ...trust, roots }).check(good, NOW).outcome, 'wrong-issuer');
  }
});

test('check() wants authorities that may be: one below a leaf or too deep is refused as a wrong chain', async () => {
  const root = await makeAuthority('root');
  const issuing = await makeAuthority('issuing', root);
  const below = await makeAuthority('below', issuing);
  const authorities = [issuing.certificate, below.certificate];
  const checker = makeCertificateChecker(OURS, { roots: [root.certificate], issuing: authorities });
  assert.equal(checker.check(await issue(below, device('truck-7')), NOW).outcome, 'wrong-chain');
});

test('check() gives subject, serial and fingerprint of a good certificate', async () => {
  const root = await makeAuthority('root');
  const issuing = await makeAuthority('issuing', root);
  const der = await issue(issuing, device('truck-7'));
  const checked = makeCertificateChecker(OURS, { roots: [root.certificate], issuing: [issuing.certificate] }).check(
    der,
    NOW,
  );
  assert.ok(checked.outcome === 'ok');
  const parsed = new X509Certificate(der);
  assert.deepEqual(checked.subject, { kind: 'device', name: 'truck-7' });
  assert.equal(checked.facts.serial, parsed.serialNumber);
  assert.equal(checked.facts.fingerprint, parsed.fingerprint256.replaceAll(':', '').toLowerCase());
});

test('check() finds one flipped bit anywhere', async () => {
  const root = await makeAuthority('root');
  const issuing = await makeAuthority('issuing', root);
  const der = await issue(issuing, device('truck-7'));
  const checker = makeCertificateChecker(OURS, { roots: [root.certificate], issuing: [issuing.certificate] });
  for (let at = 0; at < der.length; at += 1) {
    const { outcome } = checker.check(der.with(at, (der[at] ?? 0) ^ (1 << (at % 8))), NOW);
    assert.ok(outcome === 'malformed' || outcome === 'wrong-issuer', `byte ${at}: ${outcome}`);
  }
});

test('check() looks at the time each time, though it learns the rest once', async () => {
  const root = await makeAuthority('root');
  const issuing = await makeAuthority('issuing', root);
  const der = await issue(issuing, device('truck-7'));
  const checker = makeCertificateChecker(OURS, { roots: [root.certificate], issuing: [issuing.certificate] });
  const at = (time: number): string => checker.check(der, micros(time)).outcome;
  assert.equal(at(NOW), 'ok');
  // Valid through its last second (RFC 5280 section 4.1.2.5).
  assert.equal(at(NOW + DAY), 'ok');
  assert.equal(at(NOW + DAY + 1_000_000), 'expired');
  assert.equal(at(NOW - DAY - 1), 'not-yet-valid');
  assert.equal(at(NOW), 'ok');
});

test('check() takes every issuing authority that counts, and more certificates than it remembers', async () => {
  const root = await makeAuthority('root');
  const [old, young] = [await makeAuthority('old', root), await makeAuthority('young', root)];
  const issuing = [young.certificate, old.certificate];
  const checker = makeCertificateChecker(OURS, { roots: [root.certificate], issuing });
  const der = await issue(old, device('truck-7'));
  assert.equal(checker.check(der, NOW).outcome, 'ok');
  for (let at = 0; at < 9_000; at += 1) checker.check(Uint8Array.of(1, at & 0xff, at >> 8), NOW);
  assert.equal(checker.check(der, NOW).outcome, 'ok');
});
