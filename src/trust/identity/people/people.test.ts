import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { days, micros, minutes, systemClock as clock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { DECLARED, openTrust } from '../../../../test/support/open-trust.ts';
import { openIdentity } from '../identity.ts';
import { OPERATOR } from './people.ts';
import { makeSecret } from './secret-token.ts';

const BY = 'person:p1';

test('add() gives a token that signs in, over restarts', async (t) => {
  const { identity, reopenIdentity } = await openTrust(t);
  const { person, token } = await identity.people.add('ada', ['scientist', 'scientist'], BY);
  assert.match(person.id, /^p[0-9a-f]{16}$/);
  assert.deepEqual(
    [person.name, person.roles, person.kind, person.status],
    ['ada', ['scientist'], 'person', 'enabled'],
  );
  const { people } = await reopenIdentity();
  const signedIn = { outcome: 'ok', person, method: 'token', strength: 'bearer', credential: null };
  assert.deepEqual(await people.signInWithToken(token), signedIn);
  assert.deepEqual(await people.findByName('ada'), person);
  assert.deepEqual((await people.list()).map(({ name }) => name).sort(), ['ada', OPERATOR]);
});

test('a credential that is none, unknown, ended or disabled is told apart', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { people } = identity;
  const { person, token } = await people.add('ada', ['scientist'], BY);
  assert.equal((await people.signInWithToken('Bearer x')).outcome, 'malformed');
  assert.equal((await people.signInWithToken(makeSecret('token', systemRandom))).outcome, 'unknown');
  await people.disable(person.id, BY);
  assert.equal((await people.signInWithToken(token)).outcome, 'disabled');
  assert.equal((await people.signInWithCertificate('ada')).outcome, 'disabled');
  await people.enable(person.id, BY);
  assert.equal((await people.signInWithToken(token)).outcome, 'ok');
  const short = await people.rotateToken(person.id, BY, micros(clock.now() + days(1) * 1_000));
  assert.equal((await people.signInWithToken(token)).outcome, 'unknown');
  assert.equal((await people.signInWithToken(short.token)).outcome, 'ok');
  clock.advance(days(1));
  assert.equal((await people.signInWithToken(short.token)).outcome, 'expired');
});

test('the operator is there from the start, has no token, and signs in by certificate', async (t) => {
  const { identity } = await openTrust(t);
  const signIn = await identity.people.signInWithCertificate(OPERATOR);
  assert.ok(signIn.outcome === 'ok');
  assert.deepEqual([signIn.person.kind, signIn.person.roles], ['operator', []]);
  assert.equal((await identity.people.signInWithCertificate('nobody')).outcome, 'unknown');
  await assert.rejects(identity.people.rotateToken(signIn.person.id, BY), { code: 'IDENTITY_PERSON_INVALID' });
  await assert.rejects(identity.people.add(OPERATOR, ['scientist'], BY), { code: 'IDENTITY_PERSON_EXISTS' });
});

test('a client certificate counts while its serial number is one that was given to that name', async (t) => {
  const { identity, catalogue } = await openTrust(t);
  const { people } = identity;
  await people.add('ada', ['scientist'], BY);
  const serialOf = async (name: string): Promise<string> =>
    new X509Certificate((await identity.issueClient(name, days(1), BY)).certificate).serialNumber;
  const [operator, ada] = [await serialOf(OPERATOR), await serialOf('ada')];
  assert.equal((await people.signInWithCertificate('ada', ada)).outcome, 'ok');
  assert.equal((await people.signInWithCertificate(OPERATOR, operator)).outcome, 'ok');
  assert.equal((await people.signInWithCertificate(OPERATOR, ada)).outcome, 'unknown');
  assert.equal((await people.signInWithCertificate('ada', '4000')).outcome, 'unknown');
  const { device } = await identity.inventory.enrol({ name: 'ada', type: 'reefer' }, BY);
  assert.equal((await people.signInWithCertificate('ada', device.serials[0])).outcome, 'unknown');
  await catalogue.run('DELETE FROM identity_certificate WHERE serial = ?', [ada]);
  assert.equal((await people.signInWithCertificate('ada', ada)).outcome, 'unknown');
});

test('neither names nor tokens stand in the catalogue or in the log', async (t) => {
  const { identity, catalogue, audit } = await openTrust(t);
  const { token } = await identity.people.add('Zuleika-77', ['scientist'], BY);
  const rows = [
    ...(await catalogue.all('SELECT * FROM identity_person')),
    ...(await catalogue.all('SELECT * FROM identity_token')),
  ];
  const content = Buffer.concat(
    rows.flatMap((row) =>
      Object.values(row).map((value) => Buffer.from(value instanceof Uint8Array ? value : String(value))),
    ),
  );
  for (const secret of ['Zuleika-77', token, token.slice(5)]) {
    assert.ok(!content.includes(secret));
    assert.ok(!JSON.stringify(audit.events).includes(secret));
  }
});

test('each change is logged under the pseudonym, and refused without a log', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { person, token } = await identity.people.add('ada', ['scientist'], BY);
  await identity.people.setRoles(person.id, ['keeper'], BY);
  const own = audit.events.filter(({ resource }) => resource === `person:${person.id}`);
  assert.deepEqual(
    own.map(({ action }) => action),
    ['add-person', 'rotate-token', 'set-roles'],
  );
  audit.broken = true;
  await assert.rejects(identity.people.disable(person.id, BY));
  await assert.rejects(identity.people.rotateToken(person.id, BY));
  await assert.rejects(identity.people.add('bea', ['scientist'], BY));
  audit.broken = false;
  assert.equal((await identity.people.signInWithToken(token)).outcome, 'ok');
  assert.equal(await identity.people.findByName('bea'), null);
});

test('what does not fit is refused', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { people } = identity;
  for (const name of ['', 'a b', '_x', 'a'.repeat(65), 'ada@example.com']) {
    await assert.rejects(people.add(name, ['scientist'], BY), { code: 'IDENTITY_PERSON_INVALID' });
  }
  await assert.rejects(people.add('ada', [], BY), { code: 'IDENTITY_ROLE_INVALID' });
  await assert.rejects(
    people.add(
      'ada',
      Array.from({ length: 33 }, () => 'keeper'),
      BY,
    ),
    { code: 'IDENTITY_ROLE_INVALID' },
  );
  await assert.rejects(people.add('ada', ['emperor'], BY), { code: 'IDENTITY_ROLE_INVALID' });
  await people.add('ada', ['scientist'], BY);
  await assert.rejects(people.add('ada', ['scientist'], BY), { code: 'IDENTITY_PERSON_EXISTS' });
  const entries = audit.events.length;
  for (const change of [
    people.show('p0'),
    people.disable('p0', BY),
    people.enable('p0', BY),
    people.setRoles('p0', ['keeper'], BY),
    people.setRegion('p0', 'us', BY),
    people.rotateToken('p0', BY),
  ]) {
    await assert.rejects(change, { code: 'IDENTITY_PERSON_UNKNOWN' });
  }
  assert.equal(audit.events.length, entries, 'no entry tells of what was not done');
});

test('enableOperator() lets a disabled operator in again, on record, and is nothing to one who is not', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { people } = identity;
  const { id = '' } = (await people.findByName('operator')) ?? {};
  await people.disable(id, BY);
  await people.enableOperator('weir:control');
  assert.equal((await people.show(id)).status, 'enabled');
  const { actor, action, resource } = audit.events.at(-1) ?? {};
  assert.deepEqual([actor, action, resource], ['weir:control', 'enable-person', `person:${id}`]);
  const entries = audit.events.length;
  await people.enableOperator('weir:control');
  assert.equal(audit.events.length, entries);
});

test('setRegion() says where somebody is until it is left to their roles, and is logged', async (t) => {
  const { identity, audit, reopenIdentity } = await openTrust(t);
  const { person, token } = await identity.people.add('ada', ['scientist'], BY);
  assert.equal((await identity.people.setRegion(person.id, 'us', BY)).region, 'us');
  await identity.people.setRoles(person.id, ['keeper'], BY);
  const { people } = await reopenIdentity();
  const signedIn = await people.signInWithToken(token);
  assert.equal(signedIn.outcome === 'ok' ? signedIn.person.region : null, 'us');
  assert.equal((await people.setRegion(person.id, null, BY)).region, undefined);
  assert.equal(audit.events.filter(({ action }) => action === 'set-region').length, 2);
});

test('signInOwn() gives a token that ends by itself, to a program that is in no list', async (t) => {
  const clock = frozenClock();
  const { identity, audit } = await openTrust(t, { clock });
  const { people } = identity;
  const first = await people.signInOwn('_prober', ['_prober'], 'weir:prover', micros(clock.now() + 60_000_000));
  assert.equal((await people.signInWithToken(first.token)).outcome, 'ok');
  const second = await people.signInOwn('_prober', ['_prober'], 'weir:prover', micros(clock.now() + 60_000_000));
  assert.equal(second.person.id, first.person.id);
  assert.equal((await people.signInWithToken(first.token)).outcome, 'unknown');
  clock.advance(minutes(2));
  assert.equal((await people.signInWithToken(second.token)).outcome, 'expired');
  assert.ok((await people.list()).every(({ name }) => !name.startsWith('_')));
  assert.ok(
    audit.events.some(({ action, resource }) => action === 'add-person' && resource === `person:${first.person.id}`),
  );
});

test('ofIssuer() makes one entry for who comes from an identity provider, whoever is faster', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { people } = identity;
  const [one, other] = await Promise.all([
    people.ofIssuer('person', 'corp', 'auth0|42'),
    people.ofIssuer('person', 'corp', 'auth0|42'),
  ]);
  assert.deepEqual(one, other);
  assert.deepEqual([one.name, one.roles, one.status], ['corp:auth0|42', [], 'enabled']);
  await people.disable(one.id, BY);
  assert.equal((await people.ofIssuer('person', 'corp', 'auth0|42')).status, 'disabled');
  assert.notEqual((await people.ofIssuer('service', 'lab', 'auth0|42')).id, one.id);
  assert.ok(audit.events.some(({ actor, action }) => actor === 'issuer:corp' && action === 'add-person'));
});

test('create() makes programs without any means to sign in, requireService() finds those alone', async (t) => {
  const { identity } = await openTrust(t);
  const { people } = identity;
  const service = await people.create('service', 'loader', ['keeper'], BY);
  assert.equal(service.kind, 'service');
  assert.deepEqual(await people.requireService(service.id), service);
  const { person } = await people.add('ada', ['scientist'], BY);
  const foreign = await people.ofIssuer('service', 'corp', 'job');
  for (const { id } of [person, foreign]) {
    await assert.rejects(people.requireService(id), { code: 'IDENTITY_PERSON_INVALID' });
  }
});

test('the key of names is rotated while people come in, and what a crash left is finished at the next start', async (t) => {
  const { identity, keys, reopen, catalogue, audit } = await openTrust(t);
  for (const name of ['ada', 'bea']) await identity.people.add(name, ['scientist'], 'person:op');
  const { lifecycle } = keys;
  // As a rotation stands that was cut off: the next version is there, and the digests are those of before.
  await lifecycle.retire('person:op', 'digest', 'person-name');
  await identity.people.add('cyd', ['scientist'], 'person:op');
  await assert.rejects(identity.people.add('ada', ['scientist'], 'person:op'), { code: 'IDENTITY_PERSON_EXISTS' });
  const holds = async (ring = keys): Promise<readonly unknown[]> =>
    (await ring.lifecycle.list()).filter(({ name }) => name === 'person-name').map((row) => [row.state, row.holds]);
  assert.deepEqual(await holds(), [
    ['retired', 3],
    ['active', 1],
  ]);
  await assert.rejects(lifecycle.destroy('person:op', 'digest', 'person-name', 1), { code: 'KEYS_VERSION_NEEDED' });

  const ring = await reopen();
  const parts = { catalogue, keys: ring, declared: DECLARED, audit, log: silentLog, clock, random: systemRandom };
  const { people } = await openIdentity(parts);
  for (const name of ['ada', 'bea', 'cyd']) assert.equal((await people.findByName(name))?.name, name);
  assert.equal(await ring.lifecycle.settle(), 3);
  assert.deepEqual(await holds(ring), [
    ['retired', 0],
    ['active', 4],
  ]);
  await ring.lifecycle.destroy('person:op', 'digest', 'person-name', 1);
  const { rewrapped } = await ring.lifecycle.rotate('person:op', 'digest', 'person-name');
  assert.equal(rewrapped, 4);
  for (const name of ['ada', 'bea', 'cyd', 'operator']) assert.equal((await people.findByName(name))?.name, name);
  await assert.rejects(people.add('bea', ['scientist'], 'person:op'), { code: 'IDENTITY_PERSON_EXISTS' });
});
