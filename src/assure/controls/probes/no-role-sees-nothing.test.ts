import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { noRoleSeesNothing } from './no-role-sees-nothing.ts';

test('noRoleSeesNothing turns red', () =>
  assertTurnsRed(noRoleSeesNothing, {
    'a view is offered': {
      call: async (_m, path) => ({ status: path === '/v1/views' ? 200 : 401, body: { views: [{}] } }),
    },
    'the query is answered': {
      call: async (_m, _p, _b, as) => ({ status: as === 'nobody' ? 401 : 200, body: { views: [] } }),
    },
    'nobody is answered': { call: async (_m, _p, _b, as) => ({ status: as === 'nobody' ? 200 : 403, body: null }) },
  }));
