import { test } from 'node:test';
import type { ApiAnswer } from '../door-trials.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { assertTurnsRed } from '../testing.ts';
import { apiFloodsAreHeldBack } from './api-floods-are-held-back.ts';

const FIELDS = { 'retry-after': '1', 'ratelimit-policy': '"caller";q=6;w=60', ratelimit: '"caller";r=0;t=1' };

/** Calls of a platform that limits the person to some requests and answers as the test says. */
function calls(most: number, limited: ApiAnswer, quiet = 200): Partial<ProbePlatform> {
  let asked = 0;
  return {
    call: async (_method, _path, _body, as) => {
      if (as !== 'person') return { status: quiet, body: null };
      return asked++ < most ? { status: 403, body: null } : limited;
    },
  };
}

test('apiFloodsAreHeldBack turns red', () =>
  assertTurnsRed(apiFloodsAreHeldBack, {
    'no limit': calls(1_000, { status: 429, body: null, headers: FIELDS }),
    'nobody is served': calls(0, { status: 429, body: null, headers: FIELDS }),
    'no Retry-After': calls(60, { status: 429, body: null, headers: { ...FIELDS, 'retry-after': '' } }),
    'no policy': calls(60, { status: 429, body: null, headers: { ...FIELDS, 'ratelimit-policy': '' } }),
    'no fields at all': calls(60, { status: 429, body: null }),
    'a request that is done': calls(60, { status: 200, body: null }),
    'others suffer': calls(60, { status: 429, body: null, headers: FIELDS }, 503),
  }));
