import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { unenforcedIsAccepted } from './unenforced-is-accepted.ts';

test('unenforcedIsAccepted turns red', () =>
  assertTurnsRed(unenforcedIsAccepted, {
    'a stream is open against its declaration': {
      streams: async () => [{ name: 'open', unenforced: ['consent'], acceptUnenforced: false }],
    },
    'a stream is closed for no reason': {
      streams: async () => [{ name: 'closed', unenforced: ['consent'], acceptUnenforced: true }],
    },
    'a stream of users takes the readings of the prober': { publish: async () => [{ code: 0, text: null }] },
    'there is no answer': { publish: async () => [] },
  }));

test('unenforcedIsAccepted has nothing to look at where no stream is declared', async () => {
  const platform = soundPlatform({ streams: async () => [] });
  const { outcome } = await unenforcedIsAccepted.probe(platform, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});
