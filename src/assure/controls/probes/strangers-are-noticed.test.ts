import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { strangersAreNoticed } from './strangers-are-noticed.ts';

test('strangers-are-noticed turns red where a stranger is told late or never, or the device itself is told', async () => {
  await assertTurnsRed(strangersAreNoticed, {
    never: { strangerTrial: async () => ({ watched: true, itself: 0, strangerAfter: null }) },
    late: { strangerTrial: async () => ({ watched: true, itself: 0, strangerAfter: 97 }) },
    'the device itself': { strangerTrial: async () => ({ watched: true, itself: 1, strangerAfter: 64 }) },
  });
});
