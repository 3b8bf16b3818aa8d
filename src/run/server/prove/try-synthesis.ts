import type { SynthesisTrial } from '#assure/controls/index.ts';
import { seriesTable, synthesise } from '#learn/models/index.ts';

const ROWS = 800;
/** One in so many readings opens the door, and the alarm follows. */
const OPEN_EVERY = 23;

/**
 * Makes synthetic rows out of readings of its own: temperatures by the hour, doors and the alarms that follow them, and one
 * reading that stands alone.
 *
 * @param seed of what chance decides
 */
export function trySynthesis(seed: number): SynthesisTrial {
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    device: `d${i % 4}`,
    time: new Date(i * 900_000).toISOString(),
    temperature: i === 100 ? 500 : 20 + 5 * Math.sin(i / 15) + ((i * 7_919) % 100) / 50,
    humidity: i === 100 ? 0 : 40 + ((i * 104_729) % 200) / 10,
    open: i % OPEN_EVERY < 4,
    alarm: i % OPEN_EVERY >= 4 && i % OPEN_EVERY < 8,
  }));
  const { table } = seriesTable(rows, { series: 'device', time: 'time' });
  const { report } = synthesise(table, { rows: ROWS, causes: [['open', 'alarm']], seed });
  const { nearRare, membership } = report.leakage;
  return { made: report.rows.made, nearRare, membership, effectsBeforeCause: report.utility.effectsBeforeCause };
}
