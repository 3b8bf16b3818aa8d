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

/** A platform that answers with other rows for a purpose. */
function sharing(rows: Readonly<Record<string, readonly number[]>>): Partial<ProbePlatform> {
  const sound = soundPlatform();
  return {
    call: async (method, path, body, as) => {
      const { purpose = '' } = (body ?? {}) as { readonly purpose?: string };
      const given = rows[purpose];
      if (path !== '/v1/query' || given === undefined) return sound.call(method, path, body, as);
      return { status: 200, body: { purpose, rows: given.map((n) => ({ n })) } };
    },
  };
}

test('purposesAreStated turns red', () =>
  assertTurnsRed(purposesAreStated, {
    'another purpose is answered': { call: async () => ({ status: 200, body: { rows: [] } }) },
    'a purpose that gives fewer rows gives all': sharing({ 'probe-share': [1, 2] }),
    'a purpose that gives fewer rows gives others': sharing({ 'probe-share': [2] }),
    'its own purpose gives fewer rows': sharing({ probe: [1] }),
    'an answer does not say what it is for': forgetting('/v1/query'),
    'a dataset is for anything': forgetting('/v1/datasets'),
    'nothing is answered at all': { query: async () => ({ status: 200, body: [] }) },
    'the refusal is not on record': { logged: async () => false },
  }));
