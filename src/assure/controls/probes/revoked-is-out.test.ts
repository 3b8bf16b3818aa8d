import { test } from 'node:test';
import type { RevokeTrial } from '../door-trials.ts';
import { REVOKED } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { revokedIsOut } from './revoked-is-out.ts';

test('revoked-is-out turns red for each way in which a revocation does not hold', async () => {
  const broken = (part: Partial<RevokeTrial>) => ({ revokeOwn: async () => ({ ...REVOKED, ...part }) });
  await assertTurnsRed(revokedIsOut, {
    'the session goes on': broken({ endedAfterMs: null }),
    'it takes too long': broken({ endedAfterMs: 1_500 }),
    'it comes back': broken({ admittedAfter: true }),
    'its requests are taken': broken({ requestAfter: 202 }),
    'nobody logs why': broken({ logged: false }),
    'the whole list is silent': broken({ inWholeList: false }),
    'the delta is silent': broken({ inDelta: false }),
    'OCSP calls it good': broken({ ocsp: 'good' }),
    'it takes the others along': broken({ otherStays: false }),
    'it never came in': broken({ admittedBefore: false }),
  });
});
