import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Has a segment sealed, which needs fresh keys, and looks for their making in the log. */
export const keysAreLogged: Control = {
  id: 'keys-are-logged',
  row: 25,
  covers: 'part',
  statement: 'the making of keys and the sealing of segments stand in the log',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.PS-04'],
  probe: async (platform) => {
    const since = platform.now();
    await platform.publish('streams/_probe', [JSON.stringify({ n: 1 })]);
    await platform.seal();
    const keys = await platform.logged('create-keys', 'keys:stream:_probe', since);
    const segment = await platform.logged('seal-segment', 'segment:', since);
    return judge({ 'new keys are logged': keys, 'the segment is logged': segment }, { keys, segment });
  },
};
