import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { ToldAlert } from '../watch-trials.ts';

/** Is a device with a sound sensor, and then with one that is stuck, spliced, scaled and replayed. */
export const sensorsAreDoubted: Control = {
  id: 'sensors-are-doubted',
  row: 20,
  covers: 'part',
  statement: 'a sensor that is stuck, spliced, scaled or replayed is told, each with what it violated',
  requirements: ['gdpr:5', 'nist-csf:DE.CM-09', 'etsi-en-303645:5.13-1'],
  probe: async (platform) => {
    const { watched, ...trial } = await platform.sensorTrial();
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { quiet, stuck, spliced, scaled, replayed } = trial;
    return judge(
      {
        'a sound sensor is not doubted': quiet,
        'one that is stuck is told by its field': isAbout(stuck, 'level'),
        'a splice is told by its field': isAbout(spliced, 'level'),
        'scaling is told with the rule that it breaks': (scaled?.rule ?? '').includes('inflow = outflow'),
        'a replay is told as one': (replayed?.rule ?? '').includes('plays again'),
        'readings are shown': [stuck, spliced, scaled, replayed].every((one) => (one?.evidence ?? 0) > 0),
      },
      { ...trial },
    );
  },
};

function isAbout(told: ToldAlert | null, field: string): boolean {
  return told?.field === field && told.sentence.includes(field);
}
