import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/**
 * Knocks at each declared stream. The gateway looks whether a stream is open before it looks who sends: so the
 * prober, whom no stream of users takes readings from, hears `unenforced` from a closed one and `not-allowed` from any
 * other.
 */
export const unenforcedIsAccepted: Control = {
  id: 'unenforced-is-accepted',
  row: 10,
  covers: 'part',
  statement:
    'a stream that declares a protection which is not in force takes readings only where its author accepted that',
  requirements: ['gdpr:25', 'nist-csf:GV.RM-04'],
  probe: async (platform) => {
    const streams = await platform.streams();
    if (streams.length === 0) return { outcome: 'not-applicable', evidence: { streams: 0 } };
    const expectations: Record<string, boolean> = {};
    const heard: Record<string, string> = {};
    for (const { name, unenforced, acceptUnenforced } of streams) {
      const [answer] = await platform.publish(`streams/${name}`, ['{}']);
      const mustBeClosed = unenforced.length > 0 && !acceptUnenforced;
      const text = answer?.text ?? '';
      heard[name] = text;
      expectations[`${name} is ${mustBeClosed ? 'closed' : 'open'}`] =
        (answer?.code ?? 0) >= 128 && text.startsWith(mustBeClosed ? 'unenforced' : 'not-allowed');
    }
    return judge(expectations, { streams: streams.length, heard });
  },
};
