import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days } from '#base/core/index.ts';
import { X509Certificate } from 'node:crypto';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { ShownCredential } from './sign-in-desk.ts';
import { SIGN_IN_REFUSALS } from './sign-in.ts';
import { declaring, makeTestClient, makeTestIssuer, REQUEST } from './testing.ts';

const BY = 'person:p1';
const NOTHING: ShownCredential = { certificate: null, authorization: undefined, proof: undefined, request: REQUEST };
const OPEN = { actions: null, views: null, purposes: null };

test('signIn() knows people and programs by whatever they show', async (t) => {
  const clock = frozenClock();
  const { issuer, sign } = await makeTestIssuer(clock);
  const { identity } = await openTrust(t, { clock, declared: declaring({ issuerList: [issuer] }) });
  const { people, signIn } = identity;
  const { person, token } = await people.add('ada', ['scientist'], BY);
  const { secret: key } = await signIn.keys.issue({ person: person.id, name: 'k', scope: OPEN, life: days(1) }, BY);
  const start = { person, method: 'code', strength: 'bearer', address: '' } as const;
  const { secret: session } = await signIn.sessions.begin(start);
  const client = await makeTestClient(clock);
  const bound = await sign({ cnf: { jkt: client.thumbprint } });
  const by = async (more: Partial<ShownCredential>) => {
    const known = await signIn.signIn({ ...NOTHING, ...more });
    return known.outcome === 'ok' ? `${known.method} ${known.strength}` : known.outcome;
  };
  assert.equal(await by({ authorization: `Bearer ${token}` }), 'token bearer');
  assert.equal(await by({ authorization: `bearer ${key}` }), 'key bearer');
  assert.equal(await by({ authorization: `BEARER ${session}` }), 'code bearer');
  assert.equal(await by({ authorization: `Bearer ${await sign()}` }), 'access-token bearer');
  assert.equal(await by({ authorization: `DPoP ${bound}`, proof: await client.prove(bound) }), 'access-token bound');
  const certificate = { name: 'operator', serial: null, fingerprint: null };
  assert.equal(await by({ certificate }), 'certificate bound');
  assert.equal(await by({ certificate, authorization: `Bearer ${token}` }), 'certificate bound');
});

test('signIn() takes a certificate first, unless a token is bound to it', async (t) => {
  const clock = frozenClock();
  const { issuer, sign } = await makeTestIssuer(clock);
  const { identity } = await openTrust(t, { clock, declared: declaring({ issuerList: [issuer] }) });
  const service = await identity.people.create('service', 'gate', ['keeper'], BY);
  const pem = (await identity.issueClient('gate', days(1), BY)).certificate;
  const { serialNumber, fingerprint256 } = new X509Certificate(pem);
  const fingerprint = fingerprint256.replaceAll(':', '').toLowerCase();
  const certificate = { name: 'gate', serial: serialNumber, fingerprint };
  const holder = async (token: string) => {
    const known = await identity.signIn.signIn({ ...NOTHING, certificate, authorization: `Bearer ${token}` });
    return known.outcome === 'ok' ? known.person.name : known.outcome;
  };
  const bound = (print: string) => ({ cnf: { 'x5t#S256': Buffer.from(print, 'hex').toString('base64url') } });
  assert.equal(await holder(await sign()), service.name);
  assert.equal(await holder(await sign(bound('cd'.repeat(32)))), service.name);
  assert.equal(await holder(await sign({ amr: ['mfa'] })), service.name);
  assert.equal(await holder(await sign(bound(fingerprint))), 'corp:ada');
  assert.equal(await holder(await sign({ ...bound(fingerprint), aud: 'other' })), 'wrong-audience');
  await identity.people.disable(service.id, BY);
  assert.equal(await holder(await sign(bound(fingerprint))), 'disabled', 'the connection itself is no longer wanted');
});

test('signIn() refuses what it does not know, each for its reason', async (t) => {
  const { identity } = await openTrust(t);
  const { person, token } = await identity.people.add('ada', ['scientist'], BY);
  const { code } = await identity.signIn.codes.issue(person.id, BY);
  for (const [authorization, expected] of [
    [undefined, 'no-credential'],
    ['', 'no-credential'],
    ['Bearer', 'no-credential'],
    ['Basic b3A6b3A=', 'no-credential'],
    [`Bearer  ${token}`, 'no-credential'],
    [`Bearer ${'x'.repeat(8_193)}`, 'no-credential'],
    ['Bearer x', 'malformed'],
    [`Bearer ${code}`, 'malformed'],
    [`DPoP ${token}`, 'malformed'],
    [`Bearer ${token.slice(0, -1)}A`, token.endsWith('A') ? 'ok' : 'malformed'],
  ] as const) {
    const { outcome } = await identity.signIn.signIn({ ...NOTHING, authorization });
    assert.equal(outcome, expected, String(authorization).slice(0, 40));
    assert.ok(outcome === 'ok' || outcome in SIGN_IN_REFUSALS);
  }
});
