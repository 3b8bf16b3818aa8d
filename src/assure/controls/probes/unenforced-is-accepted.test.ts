import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { unenforcedIsAccepted } from './unenforced-is-accepted.ts';

test('unenforcedIsAccepted turns red', () =>
  assertTurnsRed(unenforcedIsAccepted, {
    'a stream is open against its declaration': {
      call: async () => ({
        status: 200,
        body: { streams: [{ name: 'a', open: true, acceptUnenforced: false, unenforced: ['keep'] }] },
      }),
    },
    'there are no streams': { call: async () => ({ status: 200, body: { streams: [] } }) },
  }));
