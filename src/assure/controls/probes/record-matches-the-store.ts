import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Holds the record of processing against what is stored and what is declared. */
export const recordMatchesTheStore: Control = {
  id: 'record-matches-the-store',
  row: 80,
  covers: 'whole',
  statement:
    'the record of processing has every stream that is declared, and nothing is stored that it does not document',
  requirements: ['gdpr:30', 'gdpr:5'],
  probe: async (platform) => {
    const { documented, undocumented } = await platform.recordTrial();
    const declared = (await platform.streams()).map(({ name }) => name).filter((name) => !name.startsWith('_'));
    const missing = declared.filter((name) => !documented.includes(name));
    return judge(
      {
        'every declared stream is in the record': missing.length === 0,
        'nothing is undocumented': undocumented.length === 0,
      },
      { documented: documented.length, missing, undocumented: [...undocumented] },
    );
  },
};
