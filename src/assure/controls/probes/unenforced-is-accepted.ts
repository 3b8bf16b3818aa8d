import type { Control } from '../control.ts';
import { judge } from '../control.ts';

interface StreamRow {
  readonly name: string;
  readonly open: boolean;
  readonly acceptUnenforced: boolean;
  readonly unenforced: readonly string[];
}

/** Compares what streams declare with what this version enforces. */
export const unenforcedIsAccepted: Control = {
  id: 'unenforced-is-accepted',
  row: 10,
  covers: 'part',
  statement:
    'a stream that declares a protection which is not in force takes readings only where its author accepted that',
  requirements: ['gdpr:25', 'nist-csf:GV.RM-04'],
  probe: async (platform) => {
    const answer = await platform.call('GET', '/v1/streams', null, 'prober');
    const streams = (answer.body as { streams?: StreamRow[] } | null)?.streams ?? [];
    const wrong = streams.filter(
      ({ open, acceptUnenforced, unenforced }) => open && unenforced.length > 0 && !acceptUnenforced,
    );
    return judge(
      { 'there are streams': streams.length > 0, 'none is open against its declaration': wrong.length === 0 },
      { streams: streams.length, wrong: wrong.map(({ name }) => name) },
    );
  },
};
