import { formatMicros } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import type { DeviceRecord } from '#trust/identity/index.ts';
import type { DeviceOutlook, OutlivingDevice } from './crypto-inventory.ts';

/** The years after which NIST deprecates and disallows what a quantum computer breaks. @see NIST IR 8547 section 4.1 */
export const DEPRECATED_AFTER = 2030;
export const DISALLOWED_AFTER = 2035;
/** Devices that are named; all are counted. */
const MOST_NAMED = 1_000;

/**
 * Which devices are to be in use after 2030 and 2035, by the lifetime of their type from the day they were enrolled. Those
 * that last longest come first, those that cannot be updated before others.
 *
 * @param lifetimeOf what the template declares of a type; null where nothing
 */
export function deviceOutlook(
  devices: readonly DeviceRecord[],
  lifetimeOf: (type: string) => Millis | null,
): DeviceOutlook {
  const judged = devices
    .filter(({ status, name }) => status !== 'revoked' && !name.startsWith('_'))
    .map((device) => judge(device, lifetimeOf(device.type)));
  const outliving = judged.filter((one) => one !== null && one.inUseUntil > DEPRECATED_AFTER) as OutlivingDevice[];
  return {
    total: judged.length,
    withoutLifetime: judged.filter((one) => one === null).length,
    outlive2030: outliving.length,
    outlive2035: outliving.filter(({ outlives }) => outlives === DISALLOWED_AFTER).length,
    stranded: outliving.filter(({ canUpdate }) => !canUpdate).length,
    devices: outliving
      .toSorted(
        (a, b) =>
          Number(a.canUpdate) - Number(b.canUpdate) || b.inUseUntil - a.inUseUntil || (a.name < b.name ? -1 : 1),
      )
      .slice(0, MOST_NAMED),
  };
}

function judge(device: DeviceRecord, lifetime: Millis | null): OutlivingDevice | null {
  if (lifetime === null) return null;
  const { name, type, created, profile } = device;
  const inUseUntil = new Date(created / 1_000 + lifetime).getUTCFullYear();
  return {
    name,
    type,
    enrolled: formatMicros(created),
    inUseUntil,
    algorithm: profile?.algorithm ?? 'unknown',
    outlives: inUseUntil > DISALLOWED_AFTER ? DISALLOWED_AFTER : DEPRECATED_AFTER,
    endsIn: profile?.endsIn ?? DISALLOWED_AFTER,
    canUpdate: profile?.uncompensated.includes('update') !== true,
  };
}
