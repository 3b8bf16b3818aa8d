import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsentTrial } from '../people-trials.ts';
import { SOUND_CONSENT } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { consentIsAsked } from './consent-is-asked.ts';

const with_ = (more: Partial<ConsentTrial>) => ({
  consentTrial: async () => [SOUND_CONSENT, { ...SOUND_CONSENT, ...more }],
});

test('consentIsAsked turns red', () =>
  assertTurnsRed(consentIsAsked, {
    'readings are taken unasked': with_({ askedFirst: false }),
    'readings are refused all the same': with_({ taken: false }),
    'the receipt does not verify': with_({ receipt: false }),
    'a withdrawal comes late': with_({ endedAfterMs: 1_500 }),
    'a withdrawal never comes': with_({ endedAfterMs: null }),
    'rows stay in use': with_({ hidden: false }),
    'the log has nothing of it': with_({ logged: false }),
  }));

test('consentIsAsked has nothing to hold where no stream asks for consent', async () => {
  const platform = { ...soundPlatform(), consentTrial: async () => [] };
  const { outcome } = await consentIsAsked.probe(platform, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
