import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { rowsByCanary } from './probe-queries.ts';

/** Sends a value that is finer than its grid and a member that nobody declared, then reads the whole row. */
export const lessIsStored: Control = {
  id: 'less-is-stored',
  row: 19,
  covers: 'part',
  statement: 'a value is stored on the grid that its field declares, and a member that no field declares not at all',
  requirements: ['gdpr:5', 'gdpr:25', 'iso-27001:A.8.11', 'etsi-en-303645:6-1'],
  probe: async (platform) => {
    const canary = platform.canary();
    const undeclared = `${canary}-undeclared`;
    const reading = { n: 1, canary, place: 12.3456, [`more_${canary}`]: undeclared };
    const [outcome] = await platform.publish('streams/_probe', [JSON.stringify(reading)]);
    const rows = await rowsByCanary(platform, canary, '*', 1);
    return judge(
      {
        'the reading is taken': (outcome?.code ?? 255) < 128 && rows.length === 1,
        'the value is on its grid': rows[0]?.['place'] === 12,
        'what is not declared is dropped': !JSON.stringify(rows).includes(undeclared),
      },
      { rows: rows.length, place: rows[0]?.['place'] ?? null },
    );
  },
};
