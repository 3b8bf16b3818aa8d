import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { CERTIFICATE_ALGORITHMS, isQuantumSafe } from '#base/crypto/index.ts';
import type { CertificateAlgorithm } from '#base/crypto/index.ts';
import { DECLARED, openTrust } from '../../../test/support/open-trust.ts';
import { certificateAlgorithms } from './certificates/certificate-algorithms.ts';
import { makeCertificateRequest } from './certificates/make-request.ts';
import { pemBlocks } from './certificates/pem-certificates.ts';
import { checkRequest } from './enrolment/certificate-request.ts';
import type { Identity } from './identity.ts';
import { readCrl } from './revocation/crl.ts';
import { makeKeyPair } from './sign-certificate.ts';

const outcome = (identity: Identity, certificate: string): string =>
  identity.checker().check(pemBlocks(certificate)[0], systemClock.now()).outcome;

/** Identity under a template whose choice can be changed. */
async function openChoice(t: Parameters<typeof openTrust>[0], cannot: readonly string[] = []) {
  const choice: { certificates: CertificateAlgorithm } = { certificates: 'ecdsa-p256' };
  const profile = (type: string) => ({
    class: 'unconstrained' as const,
    cannot: type === 'plc' ? cannot : [],
    compensate: {},
    supportEnds: null,
    lifetime: null,
    isSpokenFor: false,
    tlsMinimum: '1.2' as const,
    hybrid: 'prefer' as const,
  });
  const declared = { ...DECLARED, profile, certificateAlgorithm: () => choice.certificates };
  return { choice, ...(await openTrust(t, { declared })) };
}

for (const algorithm of CERTIFICATE_ALGORITHMS.filter((id) => id !== 'ecdsa-p256')) {
  test(`settle() has ${algorithm} sign from then on; what was given before stays good`, async (t) => {
    const { identity, choice, reopenIdentity } = await openChoice(t);
    const before = await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
    assert.equal(await identity.authorities.settle('test'), true);
    assert.equal(identity.certificates.issuing.length, 1, 'nothing was to be done');
    choice.certificates = algorithm;
    assert.equal(identity.authorities.areSettled, false);
    assert.equal(await identity.authorities.settle('test'), true);
    assert.equal(identity.authorities.areSettled, true);
    const after = await identity.inventory.enrol({ name: 'truck-2', type: 'reefer' }, 'test');
    assert.deepEqual(certificateAlgorithms(after.certificate), { signature: algorithm, key: 'ecdsa-p256' });
    // An authority that a quantum computer cannot forge has a root of its kind, and no other has.
    const safe = isQuantumSafe(algorithm);
    assert.equal(identity.certificates.roots.length, safe ? 2 : 1);
    assert.equal(certificateAlgorithms(identity.certificates.roots.at(-1)!).key, safe ? algorithm : 'ecdsa-p256');
    const again = await reopenIdentity();
    for (const one of [identity, again]) {
      assert.equal(outcome(one, before.certificate), 'ok');
      assert.equal(outcome(one, after.certificate), 'ok');
    }
    await again.authorities.settle('test');
    assert.equal(again.certificates.issuing.length, 2);
    // Devices that came before know the platform by the first root alone.
    const shown = (await again.serverCertificate(['weir.example.com'])).certificate;
    const [leaf, issuing] = pemBlocks(shown).map((der) => new X509Certificate(der));
    const root = new X509Certificate(again.certificates.roots[0]!);
    assert.ok(leaf!.verify(issuing!.publicKey) && issuing!.verify(root.publicKey));
    // Its lists are signed by the same scheme.
    await again.revocations.revoke({ kind: 'device', name: 'truck-2' }, 'keyCompromise', 'test');
    const list = (await again.lists.full(2))!;
    const issuers = [...again.certificates.issuing];
    assert.equal(readCrl(list, issuers)?.entries.length, 1);
    assert.equal(readCrl(list.with(list.length - 1, list.at(-1)! ^ 1), issuers), null);
  });
}

test('settle() goes back to the root that classical clients know', async (t) => {
  const { identity, choice } = await openChoice(t);
  choice.certificates = 'ml-dsa-65';
  await identity.authorities.settle('test');
  choice.certificates = 'ecdsa-p384';
  await identity.authorities.settle('test');
  assert.equal(identity.certificates.roots.length, 2);
  const { certificate } = await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
  const issuing = pemBlocks(certificate).map((der) => new X509Certificate(der))[1]!;
  assert.ok(issuing.verify(new X509Certificate(identity.certificates.roots[0]!).publicKey));
});

test('a device that cannot take ML-DSA is certified by the authority of before, at each renewal', async (t) => {
  const { identity, choice } = await openChoice(t, ['ml-dsa']);
  choice.certificates = 'ml-dsa-65';
  await identity.authorities.settle('test');
  const old = await identity.inventory.enrol({ name: 'plc-1', type: 'plc' }, 'test');
  const able = await identity.inventory.enrol({ name: 'plc-2', type: 'plc', profile: { cannot: [] } }, 'test');
  const renewed = await identity.inventory.renewKey('plc-1', makeKeyPair().publicKey, 'test');
  assert.deepEqual(
    [old, able, renewed].map(({ certificate }) => certificateAlgorithms(certificate).signature),
    ['ecdsa-p256', 'ml-dsa-65', 'ecdsa-p256'],
  );
  for (const { certificate } of [old, able, renewed]) assert.equal(outcome(identity, certificate), 'ok');
});

test('a request for a key of each scheme is taken, those of ML-DSA included', () => {
  for (const algorithm of CERTIFICATE_ALGORITHMS) {
    const pair = makeKeyPair(algorithm);
    const request = makeCertificateRequest(pair, 'truck-1');
    assert.deepEqual(checkRequest(request).publicKey, pair.publicKey, algorithm);
    const bent = request.with(request.length - 1, request.at(-1)! ^ 1);
    assert.throws(() => checkRequest(bent), { code: 'IDENTITY_REQUEST_INVALID' });
  }
});
