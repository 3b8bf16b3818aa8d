import type { Json } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { ClassTrial } from '../people-trials.ts';

/** Changes the class of one field and nothing else, and asks all that decides for what follows, views over it among them. */
export const classDecidesAll: Control = {
  id: 'class-decides-all',
  row: 23,
  covers: 'part',
  statement:
    'another class of one field, and no other word, changes its key domain, its mask, how long it is kept, whether it may be exported, and where it may go, in views that are made of it too',
  requirements: ['gdpr:25', 'iso-27001:A.5.12', 'iso-27001:A.8.10', 'nist-csf:ID.AM-07'],
  probe: async (platform) => {
    const trials = await platform.classTrial();
    const under = (cls: string): Partial<ClassTrial> => trials.find((trial) => trial.class === cls) ?? {};
    const [open, personal, health] = [under('public'), under('personal'), under('health')];
    const were = (of: (trial: Partial<ClassTrial>) => Json, ...wanted: Json[]): boolean =>
      JSON.stringify([open, personal, health].map((trial) => of(trial) ?? null)) === JSON.stringify(wanted);
    return judge(
      {
        'who is granted the class sees all': were(({ granted }) => granted ?? null, 'clear', 'clear', 'clear'),
        'key domain follows': were(({ keyDomain }) => keyDomain ?? null, 'operational', 'personal', 'health'),
        'masks follow': were(({ notGranted }) => notGranted ?? null, 'clear', 'hash', null),
        'retention follows': were(({ keptDays }) => [...(keptDays ?? [])], [null, 400], [10, 30], [null, 7]),
        'export follows': were(
          ({ exported, exportedForNothing }) => [exported ?? null, exportedForNothing ?? null],
          ['clear', 'clear'],
          ['clear', null],
          [null, null],
        ),
        'the region to stay in follows': were(({ region }) => region ?? null, null, 'eu', 'eu'),
        'what views make of it has its class': trials.every(
          ({ class: cls, derived }) => derived.length > 0 && derived.every((one) => one === cls),
        ),
        'masks follow into views': were(({ derivedNotGranted }) => derivedNotGranted ?? null, 'clear', 'hash', null),
        'a rule alone gives it away': trials.every(({ declassified }) => declassified === 'public'),
        'who is outside sees less': were(({ abroad }) => abroad ?? null, 'clear', null, null),
      },
      { trials: trials.map((trial) => ({ ...trial, keptDays: [...trial.keptDays], derived: [...trial.derived] })) },
    );
  },
};
