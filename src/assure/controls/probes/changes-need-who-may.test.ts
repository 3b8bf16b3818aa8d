import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { changesNeedWhoMay } from './changes-need-who-may.ts';

test('changesNeedWhoMay turns red', () => {
  let asked = 0;
  return assertTurnsRed(changesNeedWhoMay, {
    'the prober may apply': {
      call: async (_m, path, _b, as) => ({
        status: as === 'nobody' ? 401 : as === 'prober' && path.endsWith('/apply') ? 200 : 403,
        body: null,
      }),
    },
    'a person may approve': {
      call: async (_m, path, _b, as) => ({
        status: as === 'nobody' ? 401 : as === 'person' && path.endsWith('/approve') ? 404 : 403,
        body: null,
      }),
    },
    'nobody is asked who they are': { call: async () => ({ status: 403, body: null }) },
    'the template has changed': { status: async () => ({ template: { digest: String(asked++) } }) },
  });
});
