import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { clonesAreNoticed } from './clones-are-noticed.ts';

const TRIAL = { first: true, second: true, noticed: true, quiet: true };

test('clones-are-noticed turns red where a clone is not noticed, or a device is taken for one', async () => {
  await assertTurnsRed(clonesAreNoticed, {
    'nothing is noticed': { cloneOwn: async () => ({ ...TRIAL, noticed: false }) },
    'a device with two sessions raises it': { cloneOwn: async () => ({ ...TRIAL, quiet: false }) },
    'nobody gets in': { cloneOwn: async () => ({ ...TRIAL, first: false, second: false }) },
  });
});

test('clones-are-noticed does not apply where there is one address', async () => {
  const platform = soundPlatform({ cloneOwn: async () => ({ ...TRIAL, second: false, noticed: false }) });
  const result = await clonesAreNoticed.probe(platform, new AbortController().signal);
  assert.equal(result.outcome, 'not-applicable');
});
