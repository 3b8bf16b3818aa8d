import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { openPurposes, standingPurposes, stateOf, withdrawnAt } from './consent.ts';
import { AT, consentAt, SECOND } from './testing.ts';

const later = (seconds: number) => micros(AT + seconds * SECOND);
const withdrawal = (purposes: readonly string[]) => ({ kind: 'withdrawn', at: later(5), purposes }) as const;

test('stateOf() tells what a consent is at a time', () => {
  const given = consentAt();
  const half = consentAt({ events: [...given.events, withdrawal(['care'])] });
  const none = consentAt({ events: [...half.events, withdrawal(['research'])] });
  assert.equal(stateOf(given, AT), 'given');
  assert.equal(stateOf(half, AT), 'given');
  assert.equal(stateOf(none, AT), 'withdrawn');
  assert.equal(stateOf(consentAt({ expires: later(1) }), AT), 'given');
  assert.equal(stateOf(consentAt({ expires: later(1) }), later(1)), 'expired');
  assert.equal(stateOf(consentAt({ suspended: true }), AT), 'suspended');
  assert.deepEqual(openPurposes(half), ['research']);
  assert.deepEqual(standingPurposes(half, AT), ['research']);
  assert.deepEqual(standingPurposes(consentAt({ suspended: true }), AT), []);
  assert.equal(withdrawnAt(half, 'care'), later(5));
  assert.equal(withdrawnAt(half, 'research'), null);
});
