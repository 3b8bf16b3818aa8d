import { micros } from '#base/core/index.ts';
import type { SealedRow } from '#base/storage/index.ts';
import type { DeviceRecord, DeviceState, DirectoryEntry } from './device-directory.ts';
import { IdentityError } from './errors.ts';
import type { DEVICES, DevicePrivate } from './identity-tables.ts';

/** A row of the inventory. */
export type DeviceRow = SealedRow<typeof DEVICES.key, typeof DEVICES.clear, DevicePrivate>;

/** The certificates of a device that are not past their end. */
export interface OwnCertificates {
  readonly serials: readonly string[];
  readonly suspended: readonly string[];
  /** When the last of the good ones ends; 0 where there is none. */
  readonly expires: number;
}

const NONE: OwnCertificates = { serials: [], suspended: [], expires: 0 };

/** The entry that gateways hold. */
export function entryOf(row: DeviceRow, { serials, suspended }: OwnCertificates = NONE): DirectoryEntry {
  const { idx: index, name, type, sealed } = row;
  const entry = { index, name, type, status: row.status as DeviceState, speaksFor: sealed.speaksFor, serials };
  return suspended.length === 0 ? entry : { ...entry, suspended };
}

/** The record that people see. */
export function recordOf(row: DeviceRow, certificates: OwnCertificates = NONE): DeviceRecord {
  const { owner, model, firmware, serials: hardwareSerials } = row.sealed;
  return {
    ...entryOf(row, certificates),
    created: micros(row.created),
    lastSeen: row.last_seen === null ? null : micros(row.last_seen),
    certificateExpires: certificates.expires === 0 ? null : micros(certificates.expires),
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
