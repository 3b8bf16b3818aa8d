import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_PRIVACY } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { privateViewsKeepTheirBudget } from './private-views-keep-their-budget.ts';

const with_ = (more: Partial<typeof SOUND_PRIVACY>) => ({ privacyTrial: async () => [{ ...SOUND_PRIVACY, ...more }] });

test('privateViewsKeepTheirBudget turns red', () =>
  assertTurnsRed(privateViewsKeepTheirBudget, {
    'rows are shown': with_({ rows: 'answered' }),
    'the budget is overspent': with_({ beyond: 'answered' }),
    'a refusal costs': with_({ spent: 0.1 }),
    'the rows are open to all': with_({ open: true }),
  }));

test('privateViewsKeepTheirBudget has nothing to hold where there is no private view', async () => {
  const platform = { ...soundPlatform(), privacyTrial: async () => [] };
  const { outcome } = await privateViewsKeepTheirBudget.probe(platform, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
