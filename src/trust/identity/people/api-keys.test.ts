import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, hours, minutes, seconds } from '#base/core/index.ts';
import type { Scope } from '#declare/policy/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { declaring, makeTestIssuer } from './testing.ts';
import { readSecret } from './secret-token.ts';
import type { ShownSecret } from './secret-token.ts';

const BY = 'person:p1';
const OPEN: Scope = { actions: null, views: null, purposes: null };
const SCOPE: Scope = { actions: ['query'], views: ['climate'], purposes: ['quality'] };

const shown = (secret: string): ShownSecret => readSecret(secret) ?? assert.fail('no secret');

test('issue() gives a key that signs in within its scope, over restarts, until it ends', async (t) => {
  const clock = frozenClock();
  const { identity, reopenIdentity } = await openTrust(t, { clock });
  const service = await identity.people.create('service', 'loader', ['scientist'], BY);
  const request = { person: service.id, name: 'nightly', scope: SCOPE, life: days(1) };
  const { key, secret } = await identity.signIn.keys.issue(request, BY);
  const { keys } = (await reopenIdentity()).signIn;
  assert.deepEqual(await keys.signIn(shown(secret)), {
    outcome: 'ok',
    person: service,
    method: 'key',
    strength: 'bearer',
    scope: SCOPE,
    credential: `key:${key.id}`,
  });
  clock.advance(hours(24));
  assert.equal((await keys.signIn(shown(secret))).outcome, 'expired');
  assert.deepEqual(
    (await keys.list(service.id)).map(({ name, status }) => [name, status]),
    [['nightly', 'expired']],
  );
});

test('revoke() counts at the next request, and is not undone by a use at the same time', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { people, signIn } = identity;
  const { id } = await people.create('service', 'loader', ['scientist'], BY);
  const { key, secret } = await signIn.keys.issue({ person: id, name: 'k', scope: OPEN, life: days(1) }, BY);
  await Promise.all([
    signIn.keys.signIn(shown(secret)),
    signIn.keys.revoke(key.id, BY),
    signIn.keys.signIn(shown(secret)),
  ]);
  assert.equal((await signIn.keys.signIn(shown(secret))).outcome, 'revoked');
  assert.equal((await signIn.keys.list())[0]?.status, 'revoked');
  await assert.rejects(signIn.keys.revoke('nothing', BY), { code: 'IDENTITY_API_KEY_UNKNOWN' });
});

test('signIn() heeds its holder, and notes when a key was used, once a minute', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { people, signIn } = identity;
  const { id } = await people.create('service', 'loader', ['scientist'], BY);
  const { secret } = await signIn.keys.issue({ person: id, name: 'k', scope: OPEN, life: days(1) }, BY);
  const lastUsed = async () => (await signIn.keys.list())[0]?.lastUsed;
  assert.equal(await lastUsed(), null);
  const first = clock.now();
  await signIn.keys.signIn(shown(secret));
  clock.advance(seconds(59));
  await signIn.keys.signIn(shown(secret));
  assert.equal(await lastUsed(), first);
  clock.advance(seconds(1));
  await signIn.keys.signIn(shown(secret));
  assert.equal(await lastUsed(), clock.now());
  await people.disable(id, BY);
  assert.equal((await signIn.keys.signIn(shown(secret))).outcome, 'disabled');
});

test('issue() refuses what does not fit, and changes nothing', async (t) => {
  const { identity } = await openTrust(t);
  const { people, signIn } = identity;
  const { id } = await people.create('service', 'loader', ['scientist'], BY);
  const sound = { person: id, name: 'k', scope: OPEN, life: days(1) };
  const operator = await people.findByName('operator');
  for (const [change, code] of [
    [{ name: '' }, 'IDENTITY_API_KEY_INVALID'],
    [{ name: 'a b' }, 'IDENTITY_API_KEY_INVALID'],
    [{ life: seconds(59) }, 'IDENTITY_API_KEY_INVALID'],
    [{ life: days(731) }, 'IDENTITY_API_KEY_INVALID'],
    [{ life: Number.NaN as never }, 'IDENTITY_API_KEY_INVALID'],
    [{ scope: { ...OPEN, views: ['a; drop'] } }, 'IDENTITY_API_KEY_INVALID'],
    [{ scope: { ...OPEN, purposes: Array.from({ length: 257 }, (_, i) => `p${i}`) } }, 'IDENTITY_API_KEY_INVALID'],
    [{ person: 'p0' }, 'IDENTITY_PERSON_UNKNOWN'],
    [{ person: operator?.id ?? '' }, 'IDENTITY_API_KEY_INVALID'],
  ] as const) {
    await assert.rejects(signIn.keys.issue({ ...sound, ...change }, BY), { code }, JSON.stringify(change));
  }
  assert.deepEqual(await signIn.keys.list(), []);
});

test('issue() gives a holder a hundred keys that count, and no more', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { id } = await identity.people.create('service', 'loader', ['scientist'], BY);
  const { keys } = identity.signIn;
  const request = { person: id, name: 'k', scope: OPEN, life: minutes(1) };
  for (let i = 0; i < 100; i++) await keys.issue(request, BY);
  await assert.rejects(keys.issue(request, BY), { code: 'IDENTITY_API_KEYS_LIMIT' });
  clock.advance(minutes(1));
  await keys.issue(request, BY);
});

test('neither key nor name nor scope stands in clear in the catalogue; the log has the scope and not the key', async (t) => {
  const { identity, catalogue, audit } = await openTrust(t);
  const { id } = await identity.people.create('service', 'loader', ['scientist'], BY);
  const request = { person: id, name: 'Zuleika-77', scope: SCOPE, life: days(1) };
  const { secret } = await identity.signIn.keys.issue(request, BY);
  const [row = {}] = await catalogue.all('SELECT * FROM signin_key');
  const content = Buffer.concat(
    Object.values(row).map((value) => Buffer.from(value instanceof Uint8Array ? value : String(value))),
  );
  for (const hidden of ['Zuleika-77', secret, secret.slice(9), 'climate']) assert.ok(!content.includes(hidden), hidden);
  const issued = audit.events.find(({ action }) => action === 'issue-key');
  assert.deepEqual([issued?.detail?.['views'], issued?.detail?.['person']], ['climate', id]);
  assert.ok(!JSON.stringify(audit.events).includes(secret.slice(9)));
});

test('a key of somebody of an identity provider has the roles of their last sign-in there, for as long as it counts', async (t) => {
  const clock = frozenClock();
  const { issuer } = await makeTestIssuer(clock);
  const { identity, reopenIdentity } = await openTrust(t, { clock, declared: declaring({ issuerList: [issuer] }) });
  const { people, signIn } = identity;
  const person = await people.ofIssuer('person', 'corp', 'ada');
  // Roles that somebody gave the entry are not what the provider says, and count for nothing.
  await people.setRoles(person.id, ['keeper'], BY);
  const begin = (groups: readonly string[]) =>
    signIn.sessions.begin({
      person,
      method: 'login',
      strength: 'bearer',
      address: '192.0.2.7',
      claims: { issuer: 'corp', claims: { sub: 'ada', groups } },
    });
  const request = { person: person.id, name: 'helper', scope: OPEN, life: days(7), agent: ['scientist'] };
  const { secret } = await signIn.keys.issue(request, BY);
  const seen = async (keys = signIn.keys) => {
    const known = await keys.signIn(shown(secret));
    return known.outcome === 'ok' ? known.person.roles : known.outcome;
  };
  assert.equal(await seen(), 'unvouched');
  const first = await begin(['analysts']);
  // It is when the person is away that an agent works: an idle session vouches, one that has ended does not.
  clock.advance(hours(7));
  assert.equal((await signIn.sessions.signIn(shown(first.secret))).outcome, 'expired');
  assert.deepEqual(await seen(), ['scientist']);
  clock.advance(hours(1));
  assert.equal(await seen(), 'unvouched');
  await begin(['analysts']);
  clock.advance(minutes(1));
  const last = await begin([]);
  assert.deepEqual(await seen(), [], 'what the provider said last counts');
  assert.deepEqual(await seen((await reopenIdentity()).signIn.keys), []);
  await signIn.sessions.revoke(last.session.id, BY);
  assert.deepEqual(await seen(), ['scientist']);
  await signIn.sessions.revokeAll(person.id, BY);
  assert.equal(await seen(), 'unvouched');
  await begin(['analysts']);
  await people.disable(person.id, BY);
  assert.equal(await seen(), 'disabled');
});
