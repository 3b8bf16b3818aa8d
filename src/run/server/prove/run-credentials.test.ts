import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minutes } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { PROBER_ROLE } from '#declare/policy/index.ts';
import { PROBE_CREDENTIAL_KINDS } from '#trust/identity/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { makeRunCredentials } from './run-credentials.ts';

test('makeRunCredentials() makes a device, a prober, a guest and what must be refused, all short-lived', async (t) => {
  const clock = frozenClock();
  const { identity, audit } = await openTrust(t, { clock });
  const made = await makeRunCredentials(identity, clock, systemRandom);
  assert.deepEqual([...made.misfits.keys()], [...PROBE_CREDENTIAL_KINDS]);
  const prober = await identity.people.signInWithToken(made.prober);
  const guest = await identity.people.signInWithToken(made.guest);
  assert.deepEqual(prober.outcome === 'ok' && prober.person.roles, [PROBER_ROLE]);
  assert.deepEqual(guest.outcome === 'ok' && guest.person.roles, []);
  assert.equal(identity.inventory.find('_probe')?.serials.length, 1);
  assert.ok(audit.events.every(({ actor, action }) => actor.startsWith('weir:') || action === 'begin-session'));
  clock.advance(minutes(21));
  for (const token of [made.prober, made.guest]) {
    assert.equal((await identity.people.signInWithToken(token)).outcome, 'expired');
  }
});
