import { test } from 'node:test';
import type { Json } from '#base/core/index.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { assertTurnsRed } from '../testing.ts';
import { lessIsStored } from './less-is-stored.ts';

const storing = (...rows: readonly Json[]): Partial<ProbePlatform> => ({
  canary: () => 'c',
  query: async () => ({ status: 200, body: rows }),
});

test('lessIsStored turns red', () =>
  assertTurnsRed(lessIsStored, {
    'the value is as fine as it was sent': storing({ canary: 'c', place: 12.3456 }),
    'the value is lost': storing({ canary: 'c', place: null }),
    'what is not declared is stored': storing({ canary: 'c', place: 12, more_c: 'c-undeclared' }),
    'the reading is lost': storing(),
    'the reading is refused': { publish: async () => [{ code: 0x83, text: 'range' }] },
  }));
