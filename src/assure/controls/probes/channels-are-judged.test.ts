import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOUND_CHANNELS } from '../sound-trials.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import type { ChannelTrial } from '../watch-trials.ts';
import { channelsAreJudged } from './channels-are-judged.ts';

const w = (more: Partial<ChannelTrial>) => ({ channelTrial: async () => ({ ...SOUND_CHANNELS, ...more }) });

test('channels-are-judged turns red where one of its promises is broken', async () => {
  await assertTurnsRed(channelsAreJudged, {
    'others are told before': w({ quiet: false }),
    'others are told too': w({ channels: 2 }),
    'command and control is not told': w({ told: null }),
    'another peer is named': w({ peer: '198.51.100.2' }),
    'no beat is named': w({ told: { ...SOUND_CHANNELS.told, sentence: 'it calls 198.51.100.26 somehow' } }),
    'no flow is shown': w({ told: { ...SOUND_CHANNELS.told, evidence: 0 } }),
  });
});

test('channels-are-judged has nothing to try where nothing is watched', async () => {
  const idle = soundPlatform(w({ watched: false }));
  const { outcome } = await channelsAreJudged.probe(idle, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
