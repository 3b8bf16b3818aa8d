import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_FLOWS } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import type { FlowTrial } from '../watch-trials.ts';
import { flowsKeepToTheirProfile } from './flows-keep-to-their-profile.ts';

const w = (more: Partial<FlowTrial>) => ({ flowTrial: async () => ({ ...SOUND_FLOWS, ...more }) });

test('flows-keep-to-their-profile turns red where one of its promises is broken', async () => {
  await assertTurnsRed(flowsKeepToTheirProfile, {
    'what is allowed is told': w({ quiet: false }),
    'a violation is not told': w({ violation: null }),
    'another port is named': w({ port: 80 }),
    'the flow is not shown': w({ violation: { ...SOUND_FLOWS.violation, evidence: 0 } }),
  });
});

test('flows-keep-to-their-profile has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(w({ watched: false }));
  const { outcome } = await flowsKeepToTheirProfile.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
