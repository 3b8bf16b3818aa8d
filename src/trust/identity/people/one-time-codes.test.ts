import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minutes, seconds } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { makeSecret } from './secret-token.ts';

const BY = 'person:p1';

test('a code lets in once, for fifteen minutes', async (t) => {
  const clock = frozenClock();
  const { identity, reopenIdentity } = await openTrust(t, { clock });
  const person = await identity.people.create('person', 'ada', ['keeper'], BY);
  const { code } = await identity.signIn.codes.issue(person.id, BY);
  const { codes } = (await reopenIdentity()).signIn;
  clock.advance(minutes(14));
  assert.deepEqual(await codes.redeem(code), { outcome: 'ok', person });
  assert.equal((await codes.redeem(code)).outcome, 'unknown');
  const { code: late } = await codes.issue(person.id, BY);
  clock.advance(minutes(15));
  assert.equal((await codes.redeem(late)).outcome, 'expired');
});

test('of many who show a code at once, one gets in', async (t) => {
  const { identity } = await openTrust(t);
  const { codes } = identity.signIn;
  const { id } = await identity.people.create('person', 'ada', ['keeper'], BY);
  const { code } = await codes.issue(id, BY);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => codes.redeem(code)));
  assert.equal(outcomes.filter(({ outcome }) => outcome === 'ok').length, 1);
});

test('a newer code ends an older one; what is no code, or of the disabled, lets nobody in', async (t) => {
  const clock = frozenClock();
  const { identity } = await openTrust(t, { clock });
  const { codes } = identity.signIn;
  const { id } = await identity.people.create('person', 'ada', ['keeper'], BY);
  const { code: older } = await codes.issue(id, BY);
  clock.advance(seconds(1));
  const { code: newer } = await codes.issue(id, BY);
  assert.equal((await codes.redeem(older)).outcome, 'unknown');
  assert.equal((await codes.redeem(makeSecret('session', systemRandom))).outcome, 'malformed');
  assert.equal((await codes.redeem('')).outcome, 'malformed');
  await identity.people.disable(id, BY);
  assert.equal((await codes.redeem(newer)).outcome, 'disabled');
});

test('codes are for accounts of people alone, and never in the log', async (t) => {
  const { identity, audit } = await openTrust(t);
  const { people, signIn } = identity;
  const service = await people.create('service', 'loader', ['keeper'], BY);
  const foreign = await people.ofIssuer('person', 'corp', 'ada');
  const operator = await people.findByName('operator');
  for (const id of [service.id, foreign.id, operator?.id ?? '']) {
    await assert.rejects(signIn.codes.issue(id, BY), { code: 'IDENTITY_PERSON_INVALID' });
  }
  await assert.rejects(signIn.codes.issue('p0', BY), { code: 'IDENTITY_PERSON_UNKNOWN' });
  const { id } = await people.create('person', 'ada', ['keeper'], BY);
  const { code } = await signIn.codes.issue(id, BY);
  assert.ok(!JSON.stringify(audit.events).includes(code.slice(10)));
});
