import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { everyCallIsDecided } from './every-call-is-decided.ts';

test('everyCallIsDecided turns red', () =>
  assertTurnsRed(everyCallIsDecided, {
    'nobody is answered': { call: async (_m, _p, _b, as) => ({ status: as === 'nobody' ? 200 : 403, body: null }) },
    'a device is answered': {
      call: async (_m, _p, _b, as) => ({ status: as === 'nobody' ? 401 : as === 'device' ? 200 : 403, body: null }),
    },
    'one route answers a person': {
      call: async (_m, path, _b, as) => ({
        status: as === 'nobody' ? 401 : as === 'person' && path === '/v1/users' ? 200 : 403,
        body: null,
      }),
    },
  }));
