import { micros } from '#base/core/index.ts';
import type { SealedRow } from '#base/storage/index.ts';
import type { DeviceRecord, DeviceState, DirectoryEntry } from './device-directory.ts';
import { IdentityError } from './errors.ts';
import type { DEVICES, DevicePrivate } from './identity-tables.ts';

/** A row of the inventory. */
export type DeviceRow = SealedRow<typeof DEVICES.key, typeof DEVICES.clear, DevicePrivate>;

/** The entry that gateways hold. */
export function entryOf(row: DeviceRow, serials: readonly string[]): DirectoryEntry {
  const { idx: index, name, type, sealed } = row;
  return { index, name, type, status: row.status as DeviceState, speaksFor: sealed.speaksFor, serials };
}

/** The record that people see. */
export function recordOf(
  row: DeviceRow,
  certificates: { serials: readonly string[]; expires: number } | undefined,
): DeviceRecord {
  const { owner, model, firmware, serials: hardwareSerials } = row.sealed;
  return {
    ...entryOf(row, certificates?.serials ?? []),
    created: micros(row.created),
    lastSeen: row.last_seen === null ? null : micros(row.last_seen),
    certificateExpires: certificates === undefined ? null : micros(certificates.expires),
    owner,
    model,
    firmware,
    hardwareSerials,
  };
}

/** What is said of a name that the inventory does not hold. */
export function unknownDevice(name: string): IdentityError {
  const shown = JSON.stringify(name.slice(0, 80));
  return new IdentityError(
    'IDENTITY_DEVICE_UNKNOWN',
    `Cannot find device ${shown}: the inventory has none of that name`,
    {
      hint: 'See weir device list',
    },
  );
}

/** What is said of a name that is taken. */
export function deviceExists(name: string): IdentityError {
  return new IdentityError(
    'IDENTITY_DEVICE_EXISTS',
    `Cannot enrol device ${name}: the inventory has one of that name`,
    {
      hint: 'Choose another name, or see weir device show',
    },
  );
}
