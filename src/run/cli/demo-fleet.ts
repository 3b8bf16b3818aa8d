import type { Stream, Template } from '#declare/template/index.ts';
import type { FleetDevice } from '#run/twin/index.ts';
import { certifyDevice } from './certify-device.ts';
import type { PlatformClient } from './platform-client.ts';

/** How many devices of each type the demo simulates, and how they are called. */
const FLEET: readonly { readonly type: string; readonly name: string; readonly count: number }[] = [
  { type: 'reefer', name: 'truck', count: 6 },
  { type: 'pump', name: 'pump', count: 4 },
];

/** How the fleet of the demo sends: readings per second of each device, and the share of them that is wrong on purpose. */
export const DEMO_ORDER = { perSecond: 5, faultRatio: 0.005, seed: 1, misbehaves: true } as const;

/** A demo may run for a while, and makes new certificates at each start. */
const CERTIFICATE_DAYS = 30;

/** The devices of the demo: those of the demo's own template, else three of each declared type. */
export function fleetOf(template: Template): readonly { readonly name: string; readonly type: string }[] {
  const own = FLEET.filter(({ type }) => template.devices.has(type));
  const types = [...template.devices.keys()].filter((type) => !type.startsWith('_'));
  const kinds = own.length > 0 ? own : types.map((type) => ({ type, name: type, count: 3 }));
  return kinds.flatMap(({ type, name, count }) =>
    Array.from({ length: count }, (_, index) => ({ type, name: `${name}-${index + 1}` })),
  );
}

/** Gives each device of the demo a certificate: a new device, or one that an earlier start enrolled. */
export async function enrolFleet(client: PlatformClient, template: Template): Promise<readonly FleetDevice[]> {
  const streams = [...template.streams.values()].filter(({ name }) => !name.startsWith('_'));
  const fleet: FleetDevice[] = [];
  for (const { name, type } of fleetOf(template)) {
    const { key, certificate, authority } = await certifyDevice(client, name, type, CERTIFICATE_DAYS);
    const own: readonly Stream[] = streams.filter(({ from }) => from.includes(type));
    fleet.push({ credential: { name, key, certificate, authority }, streams: own });
  }
  return fleet;
}
