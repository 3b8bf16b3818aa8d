import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { PROBE_DEVICE, minutes, systemClock } from '#base/core/index.ts';
import { openTrust } from '../../../test/support/open-trust.ts';
import { PROBE_CREDENTIAL_KINDS } from './probe-credentials.ts';

const LIFE = minutes(10);

test('makeProbeCredential() makes what the checker refuses by its name', async (t) => {
  const { identity } = await openTrust(t);
  const checker = identity.checker();
  const seen: Record<string, string> = {};
  for (const kind of PROBE_CREDENTIAL_KINDS) {
    const { key, certificate, authority } = await identity.probeCredential(kind, LIFE, 'weir:prover');
    const leaf = new X509Certificate(certificate);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(key)), kind);
    assert.equal(authority, identity.certificates.root);
    const found = checker.check(leaf.raw, systemClock.now());
    seen[kind] = found.outcome === 'ok' ? `ok ${found.subject.name}` : found.outcome;
  }
  assert.deepEqual(seen, {
    'self-signed': 'wrong-issuer',
    'other-authority': 'wrong-issuer',
    'rootless-chain': 'wrong-issuer',
    expired: 'expired',
    'not-yet-valid': 'not-yet-valid',
    'server-only': 'wrong-eku',
    // For these two the inventory says no.
    'unknown-device': 'ok _probe-unknown',
    'disabled-device': 'ok _probe-off',
  });
  assert.equal(identity.inventory.find('_probe-unknown'), null);
  assert.equal(identity.inventory.find('_probe-off')?.status, 'disabled');
});

test('makeProbeCredential() logs what the issuing authority signs, and lists it nowhere', async (t) => {
  const { identity, audit } = await openTrust(t);
  await identity.probeCredential('expired', LIFE, 'weir:prover');
  const entry = audit.events.at(-1);
  assert.equal(entry?.action, 'issue-probe-certificate');
  assert.equal(entry.actor, 'weir:prover');
  assert.equal(entry.detail?.['misfit'], 'expired');
  assert.deepEqual(identity.inventory.find(PROBE_DEVICE)?.serials, []);
});

test('makeProbeCredential() gives nothing where the log cannot be written', async (t) => {
  const { identity, audit } = await openTrust(t);
  audit.broken = true;
  for (const kind of ['expired', 'server-only', 'unknown-device', 'disabled-device'] as const) {
    await assert.rejects(identity.probeCredential(kind, LIFE, 'weir:prover'), kind);
  }
});

test('certifyDisabled() keeps the device disabled and out of lists', async (t) => {
  const { identity } = await openTrust(t);
  const { inventory } = identity;
  await inventory.certifyDisabled(LIFE, 'weir:prover');
  const index = inventory.find('_probe-off')?.index;
  await inventory.enable('_probe-off', 'person:p1');
  await inventory.certifyDisabled(LIFE, 'weir:prover');
  assert.equal(inventory.find('_probe-off')?.status, 'disabled');
  assert.equal(inventory.find('_probe-off')?.index, index);
  assert.deepEqual(await inventory.list(), []);
});
