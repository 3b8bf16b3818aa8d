import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { hours, seconds } from '#base/core/index.ts';
import type { Identity } from '../identity.ts';
import { copyOf, openLogged } from '../revocation/testing.ts';

const BY = 'person:p1';
const ALL = { actions: null, views: null, purposes: null };
const PASSWORD = 'correct horse battery staple';

/** What each credential is worth, in one line. */
async function worth(identity: Identity, shown: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const { signIn, people } = identity;
  const found: Record<string, string> = {};
  for (const [what, secret] of Object.entries(shown)) {
    const outcome =
      what === 'password'
        ? await signIn.passwords.verify('ada', secret, '192.0.2.1')
        : await people.signInWithToken(secret);
    found[what] = outcome.outcome;
  }
  return found;
}

test('whatever older catalogue is restored, nothing that people or programs sign in with comes back', async (t) => {
  const world = await openLogged(t);
  const { people, signIn } = world.identity;
  const ada = await people.add('ada', ['scientist', 'keeper'], BY);
  const bob = await people.add('bob', ['scientist'], BY);
  const program = await people.create('service', 'exporter', ['scientist'], BY);
  const key = await signIn.keys.issue({ person: program.id, name: 'k', scope: ALL, life: hours(1) }, BY);
  const pem = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' });
  const signing = await signIn.signingKeys.register({ person: program.id, name: 'k', key: pem, life: hours(1) }, BY);
  const session = await signIn.sessions.begin({
    person: ada.person,
    method: 'password',
    strength: 'bearer',
    address: '192.0.2.1',
  });
  await signIn.passwords.set(ada.person.id, PASSWORD, BY);
  const code = await signIn.codes.issue(ada.person.id, BY);
  await people.setRegion(bob.person.id, 'eu', BY);
  const before = await copyOf(world);
  const [row] = await world.catalogue.all('SELECT count(*) AS n FROM signin_code', []);
  assert.equal(row?.['n'], 1);

  world.clock.advance(seconds(1));
  await signIn.keys.revoke(key.key.id, BY);
  await signIn.signingKeys.revoke(signing.id, BY);
  await signIn.sessions.revoke(session.session.id, BY);
  await people.rotateToken(ada.person.id, BY);
  await people.setRoles(ada.person.id, ['scientist'], BY);
  await people.disable(bob.person.id, BY);
  await people.setRegion(ada.person.id, 'us', BY);
  await people.setRegion(bob.person.id, null, BY);
  await signIn.passwords.set(ada.person.id, `${PASSWORD} again`, BY);
  const redeemed = await signIn.codes.redeem(code.code);
  assert.ok(redeemed.outcome === 'ok');
  await signIn.sessions.begin({ person: redeemed.person, method: 'code', strength: 'bearer', address: '192.0.2.1' });

  await before();
  const now = await world.restart();
  assert.deepEqual(
    {
      ...(await worth(now, { token: ada.token, tokenOfBob: bob.token, password: PASSWORD })),
      roles: (await now.people.show(ada.person.id)).roles,
      bob: (await now.people.show(bob.person.id)).status,
      regions: [(await now.people.show(ada.person.id)).region, (await now.people.show(bob.person.id)).region],
      key: (await now.signIn.keys.list()).map(({ status }) => status),
      signing: (await now.signIn.signingKeys.list()).map(({ status }) => status),
      sessions: (await now.signIn.sessions.list()).length,
      code: (await now.signIn.codes.redeem(code.code)).outcome,
    },
    {
      token: 'unknown',
      tokenOfBob: 'disabled',
      password: 'unknown',
      roles: ['scientist'],
      bob: 'disabled',
      regions: ['us', undefined],
      key: ['revoked'],
      signing: ['revoked'],
      sessions: 0,
      code: 'unknown',
    },
  );
});

test('a start over the catalogue as it is changes nothing', async (t) => {
  const world = await openLogged(t);
  const { people, signIn } = world.identity;
  const { person } = await people.add('ada', ['scientist'], BY);
  const { token } = await people.rotateToken(person.id, BY);
  await signIn.passwords.set(person.id, PASSWORD, BY);
  const { code } = await signIn.codes.issue(person.id, BY);
  await people.disable(person.id, BY);
  await people.enable(person.id, BY);
  const now = await world.restart();
  assert.deepEqual(await worth(now, { token, password: PASSWORD }), { token: 'ok', password: 'ok' });
  assert.equal((await now.signIn.codes.redeem(code)).outcome, 'ok');
});
