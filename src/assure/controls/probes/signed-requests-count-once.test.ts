import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIGNATURES } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { signedRequestsCountOnce } from './signed-requests-count-once.ts';

test('signedRequestsCountOnce turns red', () =>
  assertTurnsRed(
    signedRequestsCountOnce,
    Object.fromEntries(
      Object.entries({ unsigned: 200, signed: 403, replayed: 200, altered: 200 }).map(([part, status]) => [
        part,
        { signatures: async () => ({ ...SIGNATURES, [part]: status }) },
      ]),
    ),
  ));

test('signedRequestsCountOnce has nothing to hold where no signature is asked for', async () => {
  const platform = soundPlatform({ signatures: async () => null });
  const { outcome } = await signedRequestsCountOnce.probe(platform, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
