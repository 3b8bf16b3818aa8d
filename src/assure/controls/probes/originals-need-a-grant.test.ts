import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { originalsNeedAGrant } from './originals-need-a-grant.ts';

test('originalsNeedAGrant turns red', () => {
  const letting = (who: string, end: string) => ({
    call: async (_m: string, path: string, _b: unknown, as: string) => ({
      status: as === 'nobody' ? 401 : as === who && path.endsWith(end) ? 200 : 403,
      body: null,
    }),
  });
  return assertTurnsRed(originalsNeedAGrant, {
    'the prober is told originals': letting('prober', '/originals'),
    'a person makes tokens': letting('person', '/tokens'),
    'nobody is asked who they are': { call: async () => ({ status: 403, body: null }) },
  });
});
