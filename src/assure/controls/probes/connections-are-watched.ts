import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { ToldAlert } from '../watch-trials.ts';

/** Connects as the device `_probe` from elsewhere, with another stack, with other sizes, and again and again. */
export const connectionsAreWatched: Control = {
  id: 'connections-are-watched',
  row: 6,
  covers: 'part',
  statement:
    'a device that connects from another network, with another TLS stack, sends other sizes, or is lost and back again and again is told in plain words with its first such connection, and one that does as usual is not',
  requirements: ['iso-27001:A.8.16', 'nist-csf:DE.CM-01', 'etsi-en-303645:5.4-2'],
  probe: async (platform) => {
    const trial = await platform.connectionTrial();
    const { watched, quiet, network, stack, size, loop } = trial;
    if (!watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    return judge(
      {
        'what is usual is not told': quiet,
        'another network is told': says(network, 'another network than usual'),
        'another stack is told': says(stack, 'another TLS stack than usual'),
        'another size is told': says(size, 'payloads of another size than usual'),
        'a loop is told as that': says(loop, 'lost its connection and came back'),
      },
      { quiet, network, stack, size, loop },
    );
  },
};

function says(told: ToldAlert | null, words: string): boolean {
  return told !== null && told.sentence.includes(words) && told.evidence > 0;
}
