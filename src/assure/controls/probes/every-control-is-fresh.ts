import { days, formatMicros, micros, minutes, parseRfc3339 } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** What a control found counts for so long. */
const FRESH_FOR = days(7);

/** Looks in the log for the newest run of every other control. */
export const everyControlIsFresh: Control = {
  id: 'every-control-is-fresh',
  row: 87,
  covers: 'part',
  statement: 'every control was tried within the last seven days, and the log has its outcome',
  requirements: ['gdpr:32', 'iso-27001:A.5.35', 'nist-csf:ID.IM-02'],
  last: true,
  timeLimit: minutes(5),
  probe: async (platform, signal) => {
    const since = formatMicros(micros((parseRfc3339(platform.now()) ?? 0) - FRESH_FOR * 1_000));
    const others = platform.controls().filter(({ last }) => !last);
    const stale: string[] = [];
    for (const { id } of others) {
      signal.throwIfAborted();
      if (!(await platform.logged('try-control', `control:${id}`, since))) stale.push(id);
    }
    return judge(
      { 'there are controls': others.length > 0, 'none is stale': stale.length === 0 },
      { controls: others.length, since, stale },
    );
  },
};
