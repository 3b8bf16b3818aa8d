import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Flips one bit at a time in copies of a sealed segment, all over it, and tries to read them. */
export const flippedBitIsFound: Control = {
  id: 'flipped-bit-is-found',
  row: 24,
  covers: 'part',
  statement: 'a segment with one flipped bit is refused and never returned as data',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-01'],
  probe: async (platform) => {
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1 })]);
    await platform.seal();
    const { segment, opens, tried, unnoticed, reasons } = await platform.tamperWithSegment();
    return judge(
      {
        'an unchanged copy opens': opens,
        'something was tried': tried > 0,
        'every change is found': unnoticed === 0,
        'each is named as damage': reasons.length === 1 && reasons[0] === 'STORE_SEGMENT_DAMAGED',
      },
      { segment, tried, unnoticed, reasons },
    );
  },
};
