import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { hours, systemClock } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { Identity } from '#trust/identity/index.ts';
import { actorOver, identifyCaller, networkOf, parsePeer } from './caller.ts';
import type { ShownHeaders, VerifiedPeer } from './caller.ts';

const BY_TOKEN: VerifiedPeer = {
  kind: 'none',
  name: null,
  serial: null,
  fingerprint: null,
  address: '::1',
  listener: 'api',
};
/** What a request shows that brings nothing but this header. */
const shown = (authorization?: string): ShownHeaders => ({
  authorization,
  proof: undefined,
  request: { method: 'GET', host: 'localhost', target: '/v1/status' },
});

const BY_CERTIFICATE: VerifiedPeer = { ...BY_TOKEN, kind: 'client', name: 'operator' };

test('parsePeer() reads what the gateway writes, and nothing else', () => {
  assert.deepEqual(parsePeer(JSON.stringify(BY_CERTIFICATE)), BY_CERTIFICATE);
  assert.deepEqual(parsePeer('{"kind":"none"}'), { ...BY_TOKEN, address: '', listener: '' });
  for (const header of [undefined, '', '{', 'null', '"none"', '{"kind":"admin"}', '{}']) {
    assert.equal(parsePeer(header), null);
  }
});

test('actorOver() names the platform where it tries itself, whatever it shows', () => {
  assert.deepEqual([actorOver(BY_TOKEN, 'anonymous'), actorOver(BY_TOKEN, 'person:p1')], ['anonymous', 'person:p1']);
  const own = parsePeer(JSON.stringify({ ...BY_TOKEN, own: true })) ?? assert.fail();
  assert.deepEqual(
    [actorOver(own, 'anonymous'), actorOver(own, 'person:p1')],
    ['weir:prover', 'weir:prover@person:p1'],
  );
  for (const forged of [1, 'true', null, {}]) {
    assert.equal(parsePeer(JSON.stringify({ ...BY_TOKEN, own: forged }))?.own, undefined);
  }
  assert.deepEqual([networkOf({ address: '192.0.2.7' }), networkOf({ ...own })], ['192.0.2.0/24', 'weir:prover']);
});

/** The operator with a certificate that was given. */
async function operatorOf(identity: Identity): Promise<VerifiedPeer> {
  const { certificate } = await identity.issueOperator('test');
  return { ...BY_CERTIFICATE, serial: new X509Certificate(certificate).serialNumber };
}

test('identifyCaller() knows people by certificate and by token, whatever the case of the scheme', async (t) => {
  const { identity } = await openTrust(t);
  const { person, token } = await identity.people.add('ada', ['scientist'], 'test');
  const never = (): void => assert.fail('nobody was refused');
  const operator = await identifyCaller(await operatorOf(identity), shown(), identity, never);
  assert.deepEqual(
    [operator.subject.kind, operator.subject.roles, operator.subject.strength],
    ['operator', [], 'bound'],
  );
  assert.equal(operator.actor, `person:${operator.subject.id}`);
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const caller = await identifyCaller(BY_TOKEN, shown(`${scheme} ${token}`), identity, never);
    assert.deepEqual(caller.subject, {
      id: person.id,
      kind: 'person',
      roles: ['scientist'],
      standing: 'good',
      deviceType: null,
      strength: 'bearer',
    });
  }
});

test('identifyCaller() prefers the certificate: a token beside it changes nothing', async (t) => {
  const { identity } = await openTrust(t);
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  const caller = await identifyCaller(await operatorOf(identity), shown(`Bearer ${token}`), identity, () => {});
  assert.equal(caller.subject.kind, 'operator');
});

test('identifyCaller() refuses for every reason alike, and tells the reason to the log', async (t) => {
  const clock = frozenClock(systemClock.now());
  const { identity } = await openTrust(t, { clock });
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  const { person, token: second } = await identity.people.add('bob', ['scientist'], 'test');
  await identity.people.disable(person.id, 'test');
  const own = await identity.people.signInOwn('_short', [], 'test', clock.now());
  clock.advance(hours(1));
  const cases: [VerifiedPeer, string | undefined, string][] = [
    [BY_TOKEN, undefined, 'no-credential'],
    [BY_TOKEN, 'Basic b3A6b3A=', 'no-credential'],
    [BY_TOKEN, `Bearer ${'x'.repeat(8_193)}`, 'no-credential'],
    [BY_TOKEN, 'Bearer nonsense', 'malformed'],
    [BY_TOKEN, `Bearer ${second}`, 'disabled'],
    [BY_TOKEN, `Bearer ${own.token}`, 'expired'],
    [{ ...BY_CERTIFICATE, name: 'nobody' }, undefined, 'unknown'],
    [{ ...BY_CERTIFICATE, name: null }, undefined, 'no-credential'],
  ];
  const messages = new Set<string>();
  for (const [peer, authorization, expected] of cases) {
    const told: string[] = [];
    await assert.rejects(
      identifyCaller(peer, shown(authorization), identity, (reason) => told.push(reason)),
      (error: Error & { code: string; hint: string }) => {
        messages.add(`${error.code} ${error.message} ${error.hint}`);
        return error.code === 'API_UNAUTHENTICATED';
      },
    );
    assert.deepEqual(told, [expected]);
  }
  assert.equal(messages.size, 1);
  await identifyCaller(BY_TOKEN, shown(`Bearer ${token}`), identity, () => assert.fail('ada is enabled'));
});

test('identifyCaller() has nothing for devices, and names them', async (t) => {
  const { identity } = await openTrust(t);
  const told: unknown[] = [];
  const device: VerifiedPeer = { ...BY_TOKEN, kind: 'device', name: 'truck-1' };
  await assert.rejects(
    identifyCaller(device, shown(), identity, (reason, actor) => told.push([reason, actor])),
    { code: 'API_FORBIDDEN' },
  );
  assert.deepEqual(told, [['not-for-devices', 'device:truck-1']]);
});
