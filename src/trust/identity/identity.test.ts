import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { days, systemClock } from '#base/core/index.ts';
import { openTrust } from '../../../test/support/open-trust.ts';

test('openIdentity() makes deployment, authority, operator and prober once', async (t) => {
  const { identity, reopenIdentity, audit } = await openTrust(t);
  const before = audit.events.length;
  const again = await reopenIdentity();
  assert.equal(again.deployment, identity.deployment);
  assert.equal(audit.events.length, before);
});

test('issueOperator() gives a client certificate for 90 days that the checker knows', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { key, certificate, authority } = await identity.issueOperator('weir:control');
  const parsed = new X509Certificate(certificate);
  assert.ok(parsed.checkPrivateKey(createPrivateKey(key)));
  assert.equal(authority, identity.certificates.root);
  assert.ok(Math.abs(parsed.validToDate.getTime() - Date.now() - days(90)) < 60_000);
  const checked = identity.checker().check(new Uint8Array(parsed.raw), systemClock.now());
  assert.ok(checked.outcome === 'ok');
  assert.deepEqual(checked.subject, { kind: 'client', name: 'operator' });
  assert.deepEqual(
    [audit.events.at(-1)?.action, audit.events.at(-1)?.resource],
    ['issue-certificate', 'client:operator'],
  );
});

test('checker() does not take the certificates of another deployment', async (t) => {
  const [ours, theirs] = [await openTrust(t), await openTrust(t)];
  const { certificate } = await theirs.identity.issueOperator('weir:control');
  const { raw } = new X509Certificate(certificate);
  assert.equal(ours.identity.checker().check(new Uint8Array(raw), systemClock.now()).outcome, 'wrong-issuer');
});
