import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { conditionsAreKeptApart } from './conditions-are-kept-apart.ts';

test('conditions-are-kept-apart turns red where the condition makes no difference', async () => {
  await assertTurnsRed(conditionsAreKeptApart, {
    'told inside too': { conditionTrial: async () => ({ watched: true, inside: 1, outside: 1 }) },
    'told nowhere': { conditionTrial: async () => ({ watched: true, inside: 0, outside: 0 }) },
  });
});
