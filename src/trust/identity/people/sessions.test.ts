import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, minutes } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { readSecret } from './secret-token.ts';
import type { ShownSecret } from './secret-token.ts';
import { declaring, makeTestIssuer } from './testing.ts';

const BY = 'person:p1';
const START = { method: 'password', strength: 'bearer', address: '192.0.2.7' } as const;
const shown = (secret: string): ShownSecret => readSecret(secret) ?? assert.fail('no secret');

test('begin() gives a session that signs in, over restarts, until it ends', async (t) => {
  const clock = frozenClock();
  const { identity, reopenIdentity } = await openTrust(t, { clock });
  const { person } = await identity.people.add('ada', ['scientist'], BY);
  const { session, secret } = await identity.signIn.sessions.begin({ person, ...START });
  const { sessions } = (await reopenIdentity()).signIn;
  const known = await sessions.signIn(shown(secret));
  assert.deepEqual(known, {
    outcome: 'ok',
    person,
    method: 'password',
    strength: 'bearer',
    credential: `session:${session.id}`,
  });
  for (let i = 0; i < 8; i++) {
    clock.advance(minutes(59));
    assert.equal((await sessions.signIn(shown(secret))).outcome, 'ok');
  }
  clock.advance(minutes(8));
  assert.equal((await sessions.signIn(shown(secret))).outcome, 'expired');
  assert.deepEqual(await sessions.list(), []);
});

test('a session that nobody uses ends by itself', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { person } = await identity.people.add('ada', ['scientist'], BY);
  const { secret } = await identity.signIn.sessions.begin({ person, ...START });
  clock.advance(hours(1));
  assert.equal((await identity.signIn.sessions.list()).length, 1);
  clock.advance(minutes(1));
  assert.equal((await identity.signIn.sessions.signIn(shown(secret))).outcome, 'expired');
  assert.deepEqual(await identity.signIn.sessions.list(), []);
});

test('revoke() and revokeAll() count at the next request, and are not undone by a use at the same time', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { sessions } = identity.signIn;
  const { person } = await identity.people.add('ada', ['scientist'], BY);
  const [one, two, three] = [
    await sessions.begin({ person, ...START }),
    await sessions.begin({ person, ...START }),
    await sessions.begin({ person, ...START }),
  ];
  await Promise.all([sessions.signIn(shown(one.secret)), sessions.revoke(one.session.id, BY)]);
  assert.equal((await sessions.signIn(shown(one.secret))).outcome, 'revoked');
  assert.deepEqual(
    (await sessions.list(person.id)).map(({ id }) => id).sort(),
    [two.session.id, three.session.id].sort(),
  );
  assert.equal(await sessions.revokeAll(person.id, BY), 2);
  for (const { secret } of [two, three]) assert.equal((await sessions.signIn(shown(secret))).outcome, 'revoked');
  assert.equal(audit.events.filter(({ action }) => action === 'revoke-session').length, 3);
  await assert.rejects(sessions.revoke('nothing', BY), { code: 'IDENTITY_SESSION_UNKNOWN' });
});

test('signIn() looks at the person anew', async (t) => {
  const { identity } = await openTrust(t);
  const { people, signIn } = identity;
  const { person } = await people.add('ada', ['scientist'], BY);
  const { secret } = await signIn.sessions.begin({ person, ...START });
  await people.setRoles(person.id, ['keeper'], BY);
  const known = await signIn.sessions.signIn(shown(secret));
  assert.deepEqual(known.outcome === 'ok' && known.person.roles, ['keeper']);
  await people.disable(person.id, BY);
  assert.equal((await signIn.sessions.signIn(shown(secret))).outcome, 'disabled');
});

test('who came from an identity provider has the roles that the template gives at this moment', async (t) => {
  const clock = frozenClock();
  const { issuer } = await makeTestIssuer(clock);
  let now = declaring({ issuerList: [issuer] });
  const { identity } = await openTrust(t, { clock, declared: { ...now, signIn: () => now.signIn() } });
  const person = await identity.people.ofIssuer('person', 'corp', 'ada');
  const claims = { issuer: 'corp', claims: { groups: ['analysts'] } };
  const { secret } = await identity.signIn.sessions.begin({ person, ...START, method: 'login', claims });
  const roles = async (): Promise<unknown> => {
    const known = await identity.signIn.sessions.signIn(shown(secret));
    return known.outcome === 'ok' ? known.person.roles : known.outcome;
  };
  assert.deepEqual(await roles(), ['scientist']);
  now = declaring({
    issuerList: [{ ...issuer, roles: [{ role: 'keeper', claims: [{ claim: 'groups', values: ['analysts'] }] }] }],
  });
  assert.deepEqual(await roles(), ['keeper']);
  now = declaring({ issuerList: [{ ...issuer, roles: [] }] });
  assert.deepEqual(await roles(), []);
  now = declaring({});
  assert.equal(await roles(), 'revoked');
});

test('a person has 32 sessions at most: the one unused for longest gives way', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { sessions } = identity.signIn;
  const { person } = await identity.people.add('ada', ['scientist'], BY);
  const first = await sessions.begin({ person, ...START });
  for (let i = 0; i < 32; i++) {
    clock.advance(minutes(1));
    await sessions.begin({ person, ...START });
  }
  assert.equal((await sessions.list()).length, 32);
  assert.equal((await sessions.signIn(shown(first.secret))).outcome, 'revoked');
});
