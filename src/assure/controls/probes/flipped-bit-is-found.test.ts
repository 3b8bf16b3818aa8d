import { test } from 'node:test';
import type { TamperOutcome } from '../stored-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { flippedBitIsFound } from './flipped-bit-is-found.ts';

const sound: TamperOutcome = {
  segment: 's',
  opens: true,
  tried: 20,
  unnoticed: 0,
  reasons: ['STORE_SEGMENT_DAMAGED'],
};
const tampered = (part: Partial<TamperOutcome>) => ({ tamperWithSegment: async () => ({ ...sound, ...part }) });

test('flippedBitIsFound turns red', () =>
  assertTurnsRed(flippedBitIsFound, {
    'one change goes unseen': tampered({ unnoticed: 1 }),
    'nothing opens at all': tampered({ opens: false }),
    'nothing was tried': tampered({ tried: 0, reasons: [] }),
    'it is refused for want of a key': tampered({ reasons: ['STORE_KEY_MISSING'] }),
  }));
