import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { generateKeyPair, SignJWT } from 'jose';
import type { Issuer } from '#declare/template/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { isAccessToken, namesCertificate } from './access-tokens.ts';
import type { ShownToken } from './access-tokens.ts';
import { declaring, makeTestClient, makeTestIssuer, REQUEST } from './testing.ts';

async function world(t: TestContext, over: Partial<Issuer> = {}, algorithm = 'ES256') {
  const clock = frozenClock();
  const made = await makeTestIssuer(clock, over, algorithm);
  const { identity } = await openTrust(t, { clock, declared: declaring({ issuerList: [made.issuer] }) });
  const { accessTokens } = identity.signIn;
  const show = (token: string, more: Partial<ShownToken> = {}) =>
    accessTokens.signIn({ token, scheme: 'bearer', proof: undefined, fingerprint: null, request: REQUEST, ...more });
  const outcome = async (token: string, more: Partial<ShownToken> = {}) => (await show(token, more)).outcome;
  const now = Math.floor(clock.now() / 1_000_000);
  return { clock, now, identity, accessTokens, show, outcome, ...made };
}

test('signIn() knows whom an issuer of the template vouches for, with the roles that the template gives', async (t) => {
  const { show, sign, identity } = await world(t);
  const known = await show(await sign());
  assert.ok(known.outcome === 'ok');
  assert.deepEqual(
    [known.person.name, known.person.kind, known.person.roles, known.method, known.strength],
    ['corp:ada', 'person', ['scientist'], 'access-token', 'bearer'],
  );
  const again = await show(await sign({ groups: [] }));
  assert.deepEqual(again.outcome === 'ok' && [again.person.id, again.person.roles], [known.person.id, []]);
  await identity.people.disable(known.person.id, 'test');
  assert.equal((await show(await sign())).outcome, 'disabled');
});

test('signIn() takes a token that a program got for itself for a service', async (t) => {
  const { show, sign } = await world(t);
  const known = await show(await sign({ sub: 'job', client_id: 'job' }));
  assert.equal(known.outcome === 'ok' && known.person.kind, 'service');
});

test('signIn() tells apart what is wrong with a token', async (t) => {
  const { outcome, sign, now, issuer } = await world(t);
  const { privateKey } = await generateKeyPair('ES256');
  const forged = new SignJWT({ iss: issuer.url, aud: 'weir', sub: 'ada', exp: now + 60 })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .sign(privateKey);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer.url, aud: 'weir', sub: 'ada', exp: now + 60 };
  const shared = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .sign(new TextEncoder().encode('x'.repeat(32)));
  const cases: readonly (readonly [string, string, string])[] = [
    ['no signature', `${part({ alg: 'none' })}.${part(claims)}.`, 'wrong-algorithm'],
    ['none in capitals', `${part({ alg: 'NONE' })}.${part(claims)}.`, 'wrong-algorithm'],
    ['a shared secret', shared, 'wrong-algorithm'],
    ['another audience', await sign({ aud: 'other' }), 'wrong-audience'],
    ['no audience', await sign({ aud: undefined }), 'wrong-audience'],
    ['another issuer', await sign({ iss: 'https://id.test/realms/other' }), 'wrong-issuer'],
    ['no issuer', await sign({ iss: undefined }), 'wrong-issuer'],
    ['expired', await sign({ exp: now - 31 }), 'expired'],
    ['no end', await sign({ exp: undefined }), 'malformed'],
    ['not yet valid', await sign({ nbf: now + 31 }), 'not-yet-valid'],
    ['another key', await forged, 'wrong-key'],
    ['a key that is not there', await sign({}, { kid: 'k9' }), 'wrong-key'],
    ['no subject', await sign({ sub: undefined }), 'malformed'],
    ['a subject with blanks', await sign({ sub: 'a b' }), 'malformed'],
    ['a subject of 256 characters', await sign({ sub: 'a'.repeat(256) }), 'malformed'],
    ['a logout token', await sign({}, { typ: 'logout+jwt' }), 'malformed'],
    ['a proof', await sign({}, { typ: 'dpop+jwt' }), 'malformed'],
    ['a critical extension', await sign({}, { crit: ['exp'], exp: 1 }).catch(() => 'x.y.z'), 'malformed'],
    ['no token', 'nonsense', 'malformed'],
    ['an encrypted token', `${'a'.repeat(20)}.a.a.a.a`, 'malformed'],
    ['a long token', `${'a'.repeat(9_000)}.${'b'.repeat(10)}.c`, 'malformed'],
  ];
  for (const [name, token, expected] of cases) assert.equal(await outcome(token), expected, name);
});

test('signIn() bears with clocks as far as the template says', async (t) => {
  const { outcome, sign, now } = await world(t);
  assert.equal(await outcome(await sign({ exp: now - 29 })), 'ok');
  assert.equal(await outcome(await sign({ nbf: now + 29 })), 'ok');
});

test('signIn() takes the algorithms that the template lists, Ed25519 and ML-DSA among them', async (t) => {
  for (const algorithm of ['EdDSA', 'RS256', 'PS256', 'ES384', 'ML-DSA-44']) {
    const { outcome, sign } = await world(t, {}, algorithm);
    assert.equal(await outcome(await sign()), 'ok', algorithm);
  }
  const { outcome, sign } = await world(t, { algorithms: ['RS256'] }, 'ES256');
  assert.equal(await outcome(await sign()), 'wrong-algorithm');
});

test('signIn() takes no access token of an issuer without audience, nor one whose keys cannot be had', async (t) => {
  const silent = await world(t, { audience: [] });
  assert.equal(await silent.outcome(await silent.sign()), 'wrong-audience');
  const away = await world(t, { keys: { from: 'discovery' } });
  assert.equal(await away.outcome(await away.sign()), 'keys-unavailable');
});

test('signIn() takes a token that is bound to a key with proof of possession alone', async (t) => {
  const { clock, show, outcome, sign } = await world(t);
  const [client, thief] = [await makeTestClient(clock), await makeTestClient(clock)];
  const token = await sign({ cnf: { jkt: client.thumbprint } });
  const proof = await client.prove(token);
  const known = await show(token, { scheme: 'dpop', proof });
  assert.equal(known.outcome === 'ok' && known.strength, 'bound');
  assert.equal(await outcome(token, { scheme: 'dpop', proof }), 'proof-replayed');
  assert.equal(await outcome(token), 'unproved', 'a stolen token by itself');
  assert.equal(await outcome(token, { scheme: 'dpop' }), 'unproved');
  assert.equal(await outcome(token, { scheme: 'dpop', proof: await thief.prove(token) }), 'proof-invalid');
  const bearer = await sign();
  assert.equal(await outcome(bearer, { scheme: 'dpop', proof: await client.prove(bearer) }), 'unproved');
});

test('signIn() takes a token that is bound to a certificate on its connection alone', async (t) => {
  const { show, outcome, sign } = await world(t);
  const fingerprint = 'ab'.repeat(32);
  const token = await sign({ cnf: { 'x5t#S256': Buffer.from(fingerprint, 'hex').toString('base64url') } });
  const known = await show(token, { fingerprint });
  assert.equal(known.outcome === 'ok' && known.strength, 'bound');
  assert.equal(await outcome(token), 'unproved');
  assert.equal(await outcome(token, { fingerprint: 'cd'.repeat(32) }), 'unproved');
  for (const cnf of [{}, null, 'x', [], { jwe: 'x' }, { jkt: 7 }]) {
    assert.equal(await outcome(await sign({ cnf }), { fingerprint }), 'unproved', JSON.stringify(cnf));
  }
});

test('signIn() takes no token without proof where the template asks for it, and hears of two factors', async (t) => {
  const strict = await world(t, { proof: true });
  assert.equal(await strict.outcome(await strict.sign()), 'unproved');
  const { show, sign } = await world(t);
  const known = await show(await sign({ amr: ['pwd', 'mfa'] }));
  assert.equal(known.outcome === 'ok' && known.strength, 'multi-factor');
});

test('signIn() keeps issuers apart: a key of one makes no token of another', async (t) => {
  const clock = frozenClock();
  const one = await makeTestIssuer(clock);
  const two = await makeTestIssuer(clock, { name: 'lab', url: 'https://lab.test' });
  const { identity } = await openTrust(t, { clock, declared: declaring({ issuerList: [one.issuer, two.issuer] }) });
  const outcome = async (token: string) => {
    const shown = { token, scheme: 'bearer', proof: undefined, fingerprint: null, request: REQUEST } as const;
    return (await identity.signIn.accessTokens.signIn(shown)).outcome;
  };
  assert.equal(await outcome(await two.sign()), 'ok');
  assert.equal(await outcome(await two.sign({ iss: one.issuer.url })), 'wrong-key');
});

test('signIn() survives any token, and refuses each with one character changed', async (t) => {
  const { outcome, sign } = await world(t);
  const token = await sign();
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
  await fc.assert(
    fc.asyncProperty(json, json, fc.base64String({ maxLength: 90 }), async (header, payload, signature) => {
      assert.notEqual(await outcome(`${header}.${payload}.${signature.replace(/[+/=]/g, 'A')}`), 'ok');
    }),
    { seed: 1 },
  );
  const dots = Array.from(token).flatMap((character, at) => (character === '.' ? [at] : []));
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 2), fc.constantFrom('A', 'z', '_', '.', '='), async (at, other) => {
      fc.pre(token[at] !== other && !dots.includes(at + 1));
      assert.notEqual(await outcome(token.slice(0, at) + other + token.slice(at + 1)), 'ok');
    }),
    { numRuns: 200, seed: 1 },
  );
  assert.equal(await outcome(token), 'ok');
});

test('namesCertificate() tells whether a token says so, and survives any text', async (t) => {
  const { sign } = await world(t);
  const print = 'ab'.repeat(32);
  const token = await sign({ cnf: { 'x5t#S256': Buffer.from(print, 'hex').toString('base64url') } });
  assert.equal(namesCertificate(token, print), true);
  assert.equal(namesCertificate(token, 'cd'.repeat(32)), false);
  for (const other of [await sign(), await sign({ cnf: null }), 'a.b.c', ''])
    assert.equal(namesCertificate(other, ''), false);
});

test('isAccessToken() knows the form of a token', async (t) => {
  const { sign } = await world(t);
  assert.equal(isAccessToken(await sign()), true);
  assert.equal(isAccessToken('weir_key_abc'), false);
  assert.equal(isAccessToken(''), false);
});
