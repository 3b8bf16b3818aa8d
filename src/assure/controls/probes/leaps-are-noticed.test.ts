import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { leapsAreNoticed } from './leaps-are-noticed.ts';

test('leapsAreNoticed turns red', () =>
  assertTurnsRed(leapsAreNoticed, {
    'leaps are taken': {
      publish: async () => [
        { code: 0, text: null },
        { code: 0, text: null },
        { code: 0x83, text: 'range' },
      ],
    },
    'values outside are taken': {
      publish: async () => [
        { code: 0, text: null },
        { code: 0x83, text: 'step' },
        { code: 0, text: null },
      ],
    },
  }));
