import { test } from 'node:test';
import { SOUND_TRACE } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { answersCanBeTraced } from './answers-can-be-traced.ts';

test('answersCanBeTraced turns red', () =>
  assertTurnsRed(answersCanBeTraced, {
    'a receipt does not hold': { traceAnswers: async () => ({ ...SOUND_TRACE, holds: false }) },
    'a changed receipt holds': { traceAnswers: async () => ({ ...SOUND_TRACE, forgedRefused: false }) },
    'the same rows are another dataset': { traceAnswers: async () => ({ ...SOUND_TRACE, sameDigest: false }) },
    'a dataset has no lineage': { traceAnswers: async () => ({ ...SOUND_TRACE, segments: 0 }) },
    'a dataset stays': { traceAnswers: async () => ({ ...SOUND_TRACE, deletedIsGone: false }) },
  }));
