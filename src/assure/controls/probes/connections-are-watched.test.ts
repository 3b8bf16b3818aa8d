import { test } from 'node:test';
import { CONNECTION_TRIAL } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import type { ConnectionTrial } from '../watch-trials.ts';
import { connectionsAreWatched } from './connections-are-watched.ts';

test('connections-are-watched turns red where one of it is not told or not in words, or what is usual is', async () => {
  const but = (change: Partial<ConnectionTrial>) => ({
    connectionTrial: async () => ({ ...CONNECTION_TRIAL, ...change }),
  });
  const { network } = CONNECTION_TRIAL;
  await assertTurnsRed(connectionsAreWatched, {
    'what is usual': but({ quiet: false }),
    network: but({ network: null }),
    words: but({ network: { ...network, sentence: 'network.rarity of _probe was 6' } }),
    evidence: but({ network: { ...network, evidence: 0 } }),
    stack: but({ stack: null }),
    size: but({ size: null }),
    loop: but({ loop: null }),
  });
});
