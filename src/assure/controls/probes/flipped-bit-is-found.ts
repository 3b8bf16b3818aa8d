import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Flips one bit in a copy of a sealed segment and tries to read it. */
export const flippedBitIsFound: Control = {
  id: 'flipped-bit-is-found',
  row: 24,
  covers: 'part',
  statement: 'a segment with one flipped bit is refused and never returned as data',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-01'],
  probe: async (platform) => {
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1 })]);
    await platform.seal();
    const { target, detected, reason } = await platform.tamperWithSegment();
    return judge({ 'the change is found': detected }, { target, reason });
  },
};
