import { test } from 'node:test';
import type { Json } from '#base/core/index.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { assertTurnsRed } from '../testing.ts';
import { identifiersBecomeTokens } from './identifiers-become-tokens.ts';

/** A platform that has stored these of the three serial numbers, whatever was sent. */
const storing = (...serials: readonly Json[]): Partial<ProbePlatform> => ({
  query: async () => ({ status: 200, body: serials.map((serial, n) => ({ canary: `c/${n}`, serial })) }),
});
const [A, B] = ['t1-aaaaaaaaaaaaaaaa', 't1-bbbbbbbbbbbbbbbb'];

test('identifiersBecomeTokens turns red', () =>
  assertTurnsRed(identifiersBecomeTokens, {
    'originals are stored': {
      canary: () => 'c',
      ...storing('c-1', 'c-1', 'c-2'),
    },
    'one of them is stored': { canary: () => 'c', ...storing(A, A, 'c-2') },
    'tokens are random': storing(A, B, 't1-cccccccccccccccc'),
    'all have one token': storing(A, A, A),
    'nothing is stored': storing(null, null, null),
    'readings are lost': storing(A, A),
    'readings are refused': {
      publish: async (_topic, payloads) => payloads.map(() => ({ code: 0x83, text: 'range' })),
    },
  }));
