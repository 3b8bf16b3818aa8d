import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TiersTrial } from '../watch-trials.ts';
import { SOUND_TIERS } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { tiersKeepTheirBudget } from './tiers-keep-their-budget.ts';

const tiers = (more: Partial<TiersTrial>) => ({ tiers: async () => ({ ...SOUND_TIERS, ...more }) });

test('tiers-keep-their-budget turns red where a tier takes more, is not counted, or nothing is sampled', async () => {
  const [cheap, dear] = SOUND_TIERS.tiers;
  await assertTurnsRed(tiersKeepTheirBudget, {
    'more than its share': tiers({ tiers: [cheap!, { ...dear!, judged: 90_000 }] }),
    'no dearer tier': tiers({ tiers: [cheap!] }),
    'no time': tiers({ tiers: [cheap!, { ...dear!, busyMs: NaN }] }),
    'no sample': tiers({ recall: { sampled: 0, odd: 0, missed: 0 } }),
    'more missed than odd': tiers({ recall: { sampled: 900, odd: 2, missed: 3 } }),
  });
});

test('tiers-keep-their-budget has nothing to look at where nothing is watched', async () => {
  const idle = soundPlatform({ tiers: async () => null });
  const { outcome } = await tiersKeepTheirBudget.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
