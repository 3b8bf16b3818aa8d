import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { floodIsHeldBack } from './flood-is-held-back.ts';

test('floodIsHeldBack turns red', () =>
  assertTurnsRed(floodIsHeldBack, {
    'everything is taken': { publish: async (_topic, payloads) => payloads.map(() => ({ code: 0, text: null })) },
    'everything is refused': {
      publish: async (_topic, payloads) => payloads.map(() => ({ code: 0x97, text: 'rate' })),
    },
    'the connection breaks': {
      publish: async (_topic, payloads) => payloads.map(() => ({ code: 0x100, text: 'connection closed' })),
    },
    'answers are missing': { publish: async () => [{ code: 0x97, text: 'rate' }] },
  }));
