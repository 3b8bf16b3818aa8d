import { test } from 'node:test';
import type { ProbePlatform } from '../probe-platform.ts';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { purposesAreStated } from './purposes-are-stated.ts';

/** A platform that loses the purpose on one of its ways. */
function forgetting(lost: string): Partial<ProbePlatform> {
  const sound = soundPlatform();
  return {
    call: async (method, path, body, as) => {
      const answer = await sound.call(method, path, body, as);
      return path === lost && answer.status < 300 ? { ...answer, body: { rows: [] } } : answer;
    },
  };
}

test('purposesAreStated turns red', () =>
  assertTurnsRed(purposesAreStated, {
    'another purpose is answered': { call: async () => ({ status: 200, body: { rows: [] } }) },
    'an answer does not say what it is for': forgetting('/v1/query'),
    'a dataset is for anything': forgetting('/v1/datasets'),
    'nothing is answered at all': { query: async () => ({ status: 200, body: [] }) },
    'the refusal is not on record': { logged: async () => false },
  }));
