import { PROBE_DEVICE } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { findByCanary } from './probe-queries.ts';

/** Looks itself up in the inventory, publishes, and tries names that are not its own. */
export const deviceHasOneEntry: Control = {
  id: 'device-has-one-entry',
  row: 4,
  covers: 'part',
  statement:
    'a connection maps to exactly one entry of the inventory, its readings stand under that name, and no other name can be taken',
  requirements: ['iso-27001:A.5.9', 'nist-csf:ID.AM-01', 'etsi-en-303645:5.4-2'],
  probe: async (platform) => {
    const unknown = await platform.connect('unknown-device');
    const entries = await platform.inventory();
    const own = entries.filter(({ name }) => name === PROBE_DEVICE).length;
    const canary = platform.canary();
    const reading = JSON.stringify({ n: 1, canary });
    const [taken] = await platform.publish('streams/_probe', [reading]);
    const [spoofed] = await platform.publish('streams/_probe/_probe-off', [reading]);
    const [stranger] = await platform.publish('streams/_probe/_probe-unknown', [reading]);
    await findByCanary(platform, canary, 1);
    const { body } = await platform.query(`select device from _probe where canary = '${canary}'`);
    const devices = Array.isArray(body) ? (body as { device?: string }[]).map(({ device }) => device ?? '') : [];
    return judge(
      {
        'the prober has one entry': own === 1,
        'no name stands twice': new Set(entries.map(({ name }) => name)).size === entries.length,
        'no place in the device table is shared': new Set(entries.map(({ index }) => index)).size === entries.length,
        'a name without an entry is refused': !unknown.admitted,
        'its reading is taken': (taken?.code ?? 255) < 128,
        'a reading under another name is refused': (spoofed?.code ?? 0) >= 128,
        'a reading under a name without an entry is refused': (stranger?.code ?? 0) >= 128,
        'one reading is there, under its own name': devices.length === 1 && devices[0] === PROBE_DEVICE,
      },
      {
        entries: entries.length,
        own,
        unknown: unknown.reason,
        spoofed: spoofed?.text ?? null,
        stranger: stranger?.text ?? null,
        devices,
      },
    );
  },
};
