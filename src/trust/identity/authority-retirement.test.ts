import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { hours, systemClock } from '#base/core/index.ts';
import { openTrust } from '../../../test/support/open-trust.ts';
import { isSignedBy } from './authority-retirement.ts';
import { pemBlocks } from './certificates/pem-certificates.ts';
import { readCrl } from './revocation/crl.ts';

const BY = 'person:x';
const refused = (message: RegExp) => ({ code: 'IDENTITY_AUTHORITY_INVALID', message });

test('an issuing authority is retired when everybody has a certificate of another, and not before', async (t) => {
  const { identity, audit, reopenIdentity } = await openTrust(t);
  const { authorities, inventory, retirement } = identity;
  const old = await inventory.enrol({ name: 'truck-1', type: 'reefer' }, BY);
  const server = await identity.serverCertificate([]);
  await assert.rejects(retirement.retireIssuing(1, BY), refused(/1 signs/));
  await assert.rejects(retirement.retireIssuing(9, BY), refused(/no issuing 9/));
  await authorities.rotate(BY);
  await assert.rejects(retirement.retireIssuing(1, BY), refused(/1 have no certificate but of .* device truck-1/));
  const outcome = (certificate: string) =>
    identity.checker().check(pemBlocks(certificate)[0], systemClock.now()).outcome;
  assert.equal(outcome(old.certificate), 'ok');
  await inventory.renew('truck-1', hours(1), BY);
  let told = 0;
  authorities.onChange(() => (told += 1));
  const ended = await retirement.retireIssuing(1, BY);
  assert.deepEqual([ended.role, ended.generation, ended.state, told], ['issuing', 1, 'retired', 1]);
  assert.equal(outcome(old.certificate), 'wrong-issuer');
  assert.deepEqual(inventory.find('truck-1')?.serials.length, 1);
  const entry = audit.events.findIndex(({ action }) => action === 'retire-authority');
  const revoked = audit.events.findIndex(({ action }) => action === 'revoke');
  assert.ok(entry !== -1 && entry < revoked, 'logged first');
  // What it gave stands in its list, which it goes on signing.
  const list = readCrl((await identity.lists.full(1)) ?? new Uint8Array(), [identity.certificates.issuing[0] ?? '']);
  assert.equal(list, null);
  const [retired = ''] = identity.certificates.issuing;
  assert.match(new X509Certificate(retired).subject, / 2$/);
  assert.notEqual((await identity.serverCertificate([])).certificate, server.certificate, 'the listeners have another');
  const again = await reopenIdentity();
  assert.equal(again.certificates.issuing.length, 1);
  assert.notEqual(await again.lists.full(1), null);
  await assert.rejects(again.retirement.retireIssuing(1, BY), refused(/no issuing 1/));
});

test('the last root stays', async (t) => {
  const { identity } = await openTrust(t);
  await assert.rejects(identity.retirement.retireRoot(1, BY), refused(/the only one/));
  await assert.rejects(identity.retirement.retireRoot(2, BY), refused(/no root 2/));
});

test('isSignedBy() asks for name and signature', async (t) => {
  const { identity } = await openTrust(t);
  const { roots, issuing } = identity.certificates;
  assert.ok(isSignedBy(issuing[0] ?? '', roots[0] ?? ''));
  assert.ok(!isSignedBy(roots[0] ?? '', issuing[0] ?? ''));
});
