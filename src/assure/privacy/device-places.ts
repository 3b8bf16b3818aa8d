import { CONNECTIONS_STREAM, EVENTS_STREAM } from '#base/core/index.ts';
import type { TokenKey } from '#base/crypto/index.ts';
import { DEVICE_COLUMN } from './subject-places.ts';
import type { StoredPlace } from './subject-places.ts';

/** The platform's own streams about devices: whom a row is about, only the device says. */
const ABOUT_DEVICES: readonly string[] = [EVENTS_STREAM, CONNECTIONS_STREAM];

/**
 * Where the devices that are a person's stand for them: in what the platform itself writes of devices.
 *
 * @param devices names of those whose owner the person is, by the inventory
 * @param digestKey of the digests of originals
 */
export function devicePlaces(
  identifier: string,
  devices: readonly string[],
  digestKey: TokenKey,
): readonly StoredPlace[] {
  if (devices.length === 0) return [];
  const digests = [digestKey.text(identifier)];
  return ABOUT_DEVICES.map((relation) => ({
    relation,
    kind: 'stream',
    column: DEVICE_COLUMN,
    type: 'text',
    domain: null,
    values: devices,
    digests,
  }));
}
