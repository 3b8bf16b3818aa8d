import type { Control } from '../control.ts';
import { judge } from '../control.ts';

const QUOTA_EXCEEDED = 0x97;
const FLOOD = 400;

/** Publishes far more at once than the stream `_probe` allows (20 a second, 100 at once). */
export const floodIsHeldBack: Control = {
  id: 'flood-is-held-back',
  row: 15,
  covers: 'part',
  statement: 'a device that publishes faster than its stream allows hears "quota exceeded" for what is too much',
  requirements: ['iso-27001:A.8.6', 'nist-csf:PR.IR-04'],
  probe: async (platform) => {
    const outcomes = await platform.publish(
      'streams/_probe',
      Array.from({ length: FLOOD }, (_, n) => JSON.stringify({ n })),
      'flood',
    );
    const heard: Record<string, number> = {};
    for (const { code, text } of outcomes) {
      const answer = code < 128 ? 'taken' : `0x${code.toString(16)} ${text ?? ''}`.trim();
      heard[answer] = (heard[answer] ?? 0) + 1;
    }
    const taken = heard['taken'] ?? 0;
    const refused = outcomes.filter(
      ({ code, text }) => code === QUOTA_EXCEEDED && (text ?? '').startsWith('rate'),
    ).length;
    return judge(
      {
        'every reading is answered': taken + refused === FLOOD,
        'what is too much is refused': refused >= FLOOD / 4,
        'some are taken': taken > 0,
      },
      { sent: FLOOD, heard },
    );
  },
};
