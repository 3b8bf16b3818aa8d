import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Looks itself up in the inventory after having connected, and tries a name that is not in it. */
export const deviceHasOneEntry: Control = {
  id: 'device-has-one-entry',
  row: 4,
  covers: 'part',
  statement:
    'a connection maps to exactly one entry of the inventory, and a certificate for a name without one is refused',
  requirements: ['iso-27001:A.5.9', 'nist-csf:ID.AM-01', 'etsi-en-303645:5.4-2'],
  probe: async (platform) => {
    const known = await platform.connect('good');
    const unknown = await platform.connect('unknown-device');
    const answer = await platform.call('GET', '/v1/devices', null, 'prober');
    const devices = (answer.body as { devices?: { name: string }[] } | null)?.devices ?? [];
    const entries = devices.filter(({ name }) => name === '_probe').length;
    const distinct = new Set(devices.map(({ name }) => name)).size;
    return judge(
      {
        'the prober is admitted': known.admitted,
        'it has one entry': entries === 1,
        'no name stands twice': distinct === devices.length,
        'a name without an entry is refused': !unknown.admitted,
      },
      { entries, devices: devices.length, unknown: unknown.reason },
    );
  },
};
