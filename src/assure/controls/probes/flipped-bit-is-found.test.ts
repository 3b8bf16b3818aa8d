import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { flippedBitIsFound } from './flipped-bit-is-found.ts';

test('flippedBitIsFound turns red', () =>
  assertTurnsRed(flippedBitIsFound, {
    'the change goes unseen': {
      tamperWithSegment: async () => ({ target: 'segment', detected: false, reason: 'rows came back' }),
    },
  }));
