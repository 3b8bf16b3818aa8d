import { test } from 'node:test';
import type { ClassTrial } from '../people-trials.ts';
import type { ProbePlatform } from '../probe-platform.ts';
import { SOUND_CLASSES } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { classDecidesAll } from './class-decides-all.ts';

/** A platform on which one consequence stays as it was under the first class. */
function stuck(...names: readonly (keyof ClassTrial)[]): Partial<ProbePlatform> {
  const [first] = SOUND_CLASSES;
  const kept = Object.fromEntries(names.map((name) => [name, first?.[name]]));
  return { classTrial: async () => SOUND_CLASSES.map((trial) => ({ ...trial, ...kept })) };
}

test('classDecidesAll turns red', () =>
  assertTurnsRed(classDecidesAll, {
    'all is sealed under one domain': stuck('keyDomain'),
    'nobody is shown a mask': stuck('notGranted'),
    'all is kept alike': stuck('keptDays'),
    'all may be exported': stuck('exported', 'exportedForNothing'),
    'a purpose is not asked for': stuck('exportedForNothing'),
    'all may stand anywhere': stuck('region'),
    'all is shown outside': stuck('abroad'),
    'a view gives it away': {
      classTrial: async () => SOUND_CLASSES.map((one) => ({ ...one, derived: [one.class, 'public' as const] })),
    },
    'views were not looked at': { classTrial: async () => SOUND_CLASSES.map((one) => ({ ...one, derived: [] })) },
    'views show no mask': stuck('derivedNotGranted'),
    'a rule changes nothing': {
      classTrial: async () => SOUND_CLASSES.map((one) => ({ ...one, declassified: one.class })),
    },
    'nobody sees anything': {
      classTrial: async () => SOUND_CLASSES.map((trial) => ({ ...trial, granted: null })),
    },
    'nothing was tried': { classTrial: async () => [] },
  }));
