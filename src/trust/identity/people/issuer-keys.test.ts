import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, jwtVerify } from 'jose';
import { hours, minutes, seconds } from '#base/core/index.ts';
import type { Log } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { IssuerKeys, KeysUnavailable } from './issuer-keys.ts';
import type { IssuerFetch } from './issuer-keys.ts';
import { makeTestIssuer } from './testing.ts';

const quiet = (): void => {};
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const DISCOVERED = 'https://id.test/realms/plant/.well-known/openid-configuration';

async function world(documents: Record<string, unknown>) {
  const clock = frozenClock();
  const made = await makeTestIssuer(clock, { keys: { from: 'discovery' } });
  const asked: string[] = [];
  const fetch: IssuerFetch = async (url) => {
    asked.push(url);
    const found = documents[url];
    if (found instanceof Error) throw found;
    return new Response(JSON.stringify(found ?? {}), { status: found === undefined ? 404 : 200 });
  };
  const keys = new IssuerKeys(fetch, clock, log);
  const verify = async (token: string): Promise<void> => {
    await jwtVerify(token, keys.keyOf(made.issuer), { currentDate: new Date(clock.now() / 1_000) });
  };
  return { clock, asked, verify, documents, ...made };
}

test('keyOf() finds keys by the discovery document, once, whoever asks at the same time', async () => {
  const { verify, asked, documents, jwk, issuer, sign } = await world({});
  documents[DISCOVERED] = { issuer: issuer.url, jwks_uri: 'https://id.test/keys' };
  documents['https://id.test/keys'] = { keys: [jwk] };
  const token = await sign();
  await Promise.all([verify(token), verify(token), verify(token)]);
  await verify(token);
  assert.deepEqual(asked, [DISCOVERED, 'https://id.test/keys']);
});

test('keyOf() finds a rotated key at its first use, and sends no floods for keys that do not exist', async () => {
  const { verify, asked, documents, jwk, issuer, sign, clock } = await world({});
  documents[DISCOVERED] = { issuer: issuer.url, jwks_uri: 'https://id.test/keys' };
  documents['https://id.test/keys'] = { keys: [{ ...jwk, kid: 'k0' }] };
  const token = await sign();
  for (let i = 0; i < 50; i++) await assert.rejects(verify(token), errors.JWKSNoMatchingKey);
  assert.equal(asked.length, 2, 'what was fetched just now is not fetched again');
  documents['https://id.test/keys'] = { keys: [jwk] };
  clock.advance(seconds(30));
  await verify(token);
  assert.equal(asked.length, 4);
});

test('keyOf() fetches anew after ten minutes, keeps what it has for an hour where that fails, and then gives up', async () => {
  const { verify, documents, jwk, issuer, sign, clock } = await world({});
  documents[DISCOVERED] = { issuer: issuer.url, jwks_uri: 'https://id.test/keys' };
  documents['https://id.test/keys'] = { keys: [jwk] };
  await verify(await sign());
  documents['https://id.test/keys'] = new Error('gone');
  clock.advance(minutes(11));
  await verify(await sign());
  documents['https://id.test/keys'] = { keys: [] };
  clock.advance(minutes(1));
  await assert.rejects(verify(await sign()), errors.JWKSNoMatchingKey, 'a key that was taken out counts no more');
  documents['https://id.test/keys'] = new Error('gone');
  clock.advance(hours(1));
  await assert.rejects(verify(await sign()), KeysUnavailable);
});

test('keyOf() asks a provider that is away once in five seconds, whatever is shown', async () => {
  const { verify, asked, documents, jwk, issuer, sign, clock } = await world({});
  const token = await sign();
  for (let i = 0; i < 20; i++) await assert.rejects(verify(token), KeysUnavailable);
  assert.equal(asked.length, 1);
  documents[DISCOVERED] = { issuer: issuer.url, jwks_uri: 'https://id.test/keys' };
  documents['https://id.test/keys'] = { keys: [jwk] };
  clock.advance(seconds(5));
  await verify(token);
});

test('keyOf() takes no document that is none, is of somebody else, or holds no keys', async () => {
  for (const [discovery, set] of [
    [undefined, undefined],
    [null, undefined],
    [[], undefined],
    [{ issuer: 'https://other.test', jwks_uri: 'https://id.test/keys' }, { keys: [] }],
    [{ issuer: 'https://id.test/realms/plant' }, { keys: [] }],
    [{ issuer: 'https://id.test/realms/plant', jwks_uri: 'https://id.test/keys' }, { keys: 'all' }],
    [
      { issuer: 'https://id.test/realms/plant', jwks_uri: 'https://id.test/keys' },
      { keys: Array.from({ length: 101 }, () => ({})) },
    ],
  ] as const) {
    const { verify, sign } = await world({ [DISCOVERED]: discovery, 'https://id.test/keys': set });
    await assert.rejects(verify(await sign()), KeysUnavailable, JSON.stringify([discovery, set])?.slice(0, 200));
  }
});

test('keyOf() asks nobody for keys that stand in the template', async () => {
  const clock = frozenClock();
  const { issuer, sign } = await makeTestIssuer(clock);
  const keys = new IssuerKeys(() => assert.fail('nobody is asked'), clock, log);
  await jwtVerify(await sign(), keys.keyOf(issuer), { currentDate: new Date(clock.now() / 1_000) });
});
