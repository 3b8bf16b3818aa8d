import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import type { Issuer } from '#declare/template/index.ts';
import { startIdentityProvider } from '../../../../test/support/identity-provider.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { IssuerFetch } from './issuer-keys.ts';
import { declaring, makeTestIssuer } from './testing.ts';

const REDIRECT = 'http://127.0.0.1:9/returned';

/** The provider of a test as a template names it, and logins at it. */
async function world(t: TestContext, account = 'ada', over: Partial<Issuer> = {}) {
  const provider = await startIdentityProvider(t, account);
  const { issuer } = await makeTestIssuer(systemClock, {
    url: provider.url,
    keys: { from: 'discovery' },
    algorithms: ['RS256'],
    audience: [],
    login: { client: 'weir-cli', scopes: ['openid', 'profile'] },
    ...over,
  });
  const fetched: IssuerFetch = (url, init) => fetch(url, { ...init, redirect: 'manual' });
  const opened = await openTrust(t, { declared: declaring({ issuerList: [issuer] }), fetch: fetched });
  const { logins } = opened.identity.signIn;
  t.after(async () => logins[Symbol.dispose]());
  return { ...opened, provider, logins, issuer };
}

test('a login in a browser gives what the provider says of somebody, by which the template gives roles', async (t) => {
  const { provider, logins, identity } = await world(t);
  assert.deepEqual(logins.providers(), ['corp']);
  const { handle, address } = await logins.beginInBrowser('corp', REDIRECT);
  const asked = new URL(address).searchParams;
  assert.deepEqual([asked.get('code_challenge_method'), asked.get('redirect_uri')], ['S256', REDIRECT]);
  assert.ok(!address.includes(handle));
  const found = await logins.finish(handle, await provider.browse(address));
  assert.ok(found.outcome === 'ok', found.outcome);
  const { person, method, strength, claims } = found.start;
  assert.deepEqual([person.name, person.kind, method, strength], ['corp:ada', 'person', 'login', 'bearer']);
  assert.deepEqual((claims?.claims as { groups: string[] } | undefined)?.groups, ['analysts']);
  const { secret } = await identity.signIn.sessions.begin({ ...found.start, address: '' });
  const request = { method: 'GET', host: 'localhost', target: '/' };
  const shown = { certificate: null, authorization: `Bearer ${secret}`, proof: undefined, request };
  const known = await identity.signIn.signIn(shown);
  assert.deepEqual(known.outcome === 'ok' && [known.person.roles, known.method], [['scientist'], 'login']);
});

test('a login ends once, for who began it, with what the browser brought and nothing else', async (t) => {
  const { provider, logins } = await world(t);
  const one = await logins.beginInBrowser('corp', REDIRECT);
  const other = await logins.beginInBrowser('corp', REDIRECT);
  const returned = await provider.browse(one.address);
  assert.equal((await logins.finish('made up', returned)).outcome, 'unknown');
  assert.equal((await logins.finish(other.handle, returned)).outcome, 'login-refused', 'the answer to another login');
  assert.equal((await logins.finish(other.handle, returned)).outcome, 'unknown', 'each is tried once');
  assert.equal((await logins.finish(one.handle, returned)).outcome, 'ok');
  assert.equal((await logins.finish(one.handle, returned)).outcome, 'unknown');
});

test('what did not come back as it should lets nobody in', async (t) => {
  const { logins } = await world(t);
  for (const returned of [
    null,
    '',
    'nonsense',
    `${REDIRECT}?error=access_denied`,
    `${REDIRECT}?code=x&state=y`,
    'http://127.0.0.1:9/elsewhere?code=x',
    'https://evil.test/returned?code=x',
  ]) {
    const { handle } = await logins.beginInBrowser('corp', REDIRECT);
    assert.equal((await logins.finish(handle, returned)).outcome, 'login-refused', String(returned));
  }
});

test('who is disabled here stays out whatever the provider says', async (t) => {
  const { provider, logins, identity } = await world(t);
  const { id } = await identity.people.ofIssuer('person', 'corp', 'ada');
  await identity.people.disable(id, 'test');
  const { handle, address } = await logins.beginInBrowser('corp', REDIRECT);
  assert.equal((await logins.finish(handle, await provider.browse(address))).outcome, 'disabled');
});

test('a login on another device waits for its code to be entered', async (t) => {
  const { provider, logins } = await world(t);
  const begun = await logins.beginOnDevice('corp');
  assert.ok('userCode' in begun);
  await provider.enterCode(begun.address, begun.userCode);
  const found = await logins.finish(begun.handle, null);
  assert.equal(found.outcome === 'ok' && found.start.person.name, 'corp:ada');
  assert.equal((await logins.finish(begun.handle, null)).outcome, 'unknown');
});

test('a login begins at a provider of the template that answers, and returns to loopback alone', async (t) => {
  const { logins } = await world(t);
  await assert.rejects(logins.beginInBrowser('nobody', REDIRECT), { code: 'IDENTITY_PROVIDER_UNKNOWN' });
  await assert.rejects(logins.beginOnDevice('nobody'), { code: 'IDENTITY_PROVIDER_UNKNOWN' });
  for (const redirect of ['https://evil.test/', 'http://evil.test/returned', 'nonsense', 'http://127.0.0.1:9/?x=1']) {
    await assert.rejects(logins.beginInBrowser('corp', redirect), { code: 'IDENTITY_REDIRECT_INVALID' }, redirect);
  }
  const away = await world(t, 'ada', { url: 'http://127.0.0.1:1' });
  await assert.rejects(away.logins.beginInBrowser('corp', REDIRECT), { code: 'IDENTITY_PROVIDER_UNAVAILABLE' });
  const without = await world(t, 'ada', { login: null });
  assert.deepEqual(without.logins.providers(), []);
  await assert.rejects(without.logins.beginInBrowser('corp', REDIRECT), { code: 'IDENTITY_PROVIDER_UNKNOWN' });
});
