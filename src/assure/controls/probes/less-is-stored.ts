import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { rowsByCanary } from './probe-queries.ts';

/** Sends values that are finer than their grids, a member for no purpose and one that nobody declared, then reads the row; sends readings to a stream of windows and reads its row, and takes some into windows of its own and looks at what would be written. */
export const lessIsStored: Control = {
  id: 'less-is-stored',
  row: 19,
  covers: 'part',
  statement:
    'values and times are stored on the grids that their fields declare, and what no field declares, or is for no purpose in use, not at all; where windows are declared, rows of these are stored and no reading',
  requirements: ['gdpr:5', 'gdpr:25', 'iso-27001:A.8.11', 'etsi-en-303645:6-1'],
  probe: async (platform, signal) => {
    const canary = platform.canary();
    const undeclared = `${canary}-undeclared`;
    const reading = {
      n: 1,
      canary,
      place: 12.3456,
      day: '2026-01-02T03:04:05Z',
      surplus: `${canary}-surplus`,
      [`more_${canary}`]: undeclared,
    };
    const [outcome] = await platform.publish('streams/_probe', [JSON.stringify(reading)]);
    const rows = await rowsByCanary(platform, canary, '*', 1);
    const windows = await platform.windowTrial();
    const live = await platform.windowOwn(signal);
    return judge(
      {
        'the reading is taken': (outcome?.code ?? 255) < 128 && rows.length === 1,
        'the value is on its grid': rows[0]?.['place'] === 12,
        'the time is on its grid': JSON.stringify(rows[0]?.['day'] ?? '').startsWith('"2026-01-02T00:00:00'),
        'what is not declared is dropped': !JSON.stringify(rows).includes(undeclared),
        'what is for no purpose is left out': !JSON.stringify(rows).includes(`${canary}-surplus`),
        'windows are closed before a row is made': windows.readings > 0 && windows.early === 0,
        'rows of windows are right': windows.rows > 0 && windows.right,
        'no reading of a window is written': windows.found === 0,
        'readings for a window are taken': live.acknowledged > 0 && live.refused === 1,
        'a window has no row while it is open': live.early === 0,
        'a window has one row, and it is right': live.rows === 1 && live.right,
        'nothing else of its readings is in a file': live.found === 0,
      },
      {
        rows: rows.length,
        place: rows[0]?.['place'] ?? null,
        day: rows[0]?.['day'] ?? null,
        windows: { ...windows },
        live: { ...live },
      },
    );
  },
};
