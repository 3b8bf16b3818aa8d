import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { days, systemClock } from '#base/core/index.ts';
import { openAuditLog } from '../../../test/support/open-audit-log.ts';
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

test('the audit log takes every entry that keys and identity write', async (t) => {
  const { identity, keys, audit } = await openTrust(t);
  await identity.serverCertificate([]);
  await identity.issueOperator('weir:control');
  await identity.inventory.enrol({ name: 'gate', type: 'plc' }, 'person:p1');
  await identity.inventory.speaksFor('gate', ['valve'], 'person:p1');
  await identity.inventory.disable('gate', 'person:p1');
  const { person } = await identity.people.add('ada', ['scientist'], 'person:p1');
  await identity.people.setRoles(person.id, ['keeper'], 'person:p1');
  const [file] = await keys.newFileKeys('weir:control', 'journal', 1);
  await keys.removeFileKeys('weir:store', [file?.fileId ?? '']);
  await keys.newDataKeys('weir:store', 'climate', [{ column: 'temperature', domain: 'operational' }]);
  await keys.unwrapDataKeys({ actor: 'person:p1', resource: 'view:climate', purpose: 'quality' }, []);
  const { log } = await openAuditLog(t);
  for (const event of audit.events) await log.append(event);
  assert.ok(audit.events.length > 15);
});
