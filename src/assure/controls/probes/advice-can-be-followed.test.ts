import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_ADVICE, SOUND_INVENTORY } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { adviceCanBeFollowed } from './advice-can-be-followed.ts';

const withAdvice = (over: Partial<typeof SOUND_ADVICE>) => ({
  adviceTrial: async () => [{ ...SOUND_ADVICE, ...over }],
});

test('adviceCanBeFollowed turns red', () =>
  assertTurnsRed(adviceCanBeFollowed, {
    'a group is advised that listeners refuse': withAdvice({ group: 'secp521r1' }),
    'a suite is advised that listeners do not offer': withAdvice({ suites: ['TLS_AES_128_CCM_SHA256'] }),
    'no group is known for what is advised': withAdvice({ group: null }),
    'an answer has no source': withAdvice({ unfounded: 1 }),
    'nothing is answered': withAdvice({ answers: 0 }),
    'the lifetime does not matter': withAdvice({ changedByLifetime: 0 }),
    'the link does not matter': withAdvice({ changedByLink: 0 }),
    'the listener is down': {
      inventoryTrial: async () => ({
        ...SOUND_INVENTORY,
        handshakes: SOUND_INVENTORY.handshakes.map((one) => ({ ...one, accepted: false })),
      }),
    },
  }));

test('adviceCanBeFollowed tries no handshake for who speaks through a gateway, and nothing where no type is', async () => {
  const { signal } = new AbortController();
  const spokenFor = { ...SOUND_ADVICE, direct: false, group: null, suites: [], changedByLink: 0 };
  for (const [advices, expected] of [
    [[spokenFor], 'pass'],
    [[], 'not-applicable'],
  ] as const) {
    const platform = soundPlatform({ adviceTrial: async () => advices });
    assert.equal((await adviceCanBeFollowed.probe(platform, signal)).outcome, expected);
  }
});
