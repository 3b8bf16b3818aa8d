import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import type { SealedRow } from '#base/storage/index.ts';
import type { DeviceRecord, DeviceState, DirectoryEntry } from './device-directory.ts';
import { IdentityError } from './errors.ts';
import type { Declared } from './identity-context.ts';
import { postureAt } from './profile/posture.ts';
import { securityProfile } from './profile/security-profile.ts';
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
  const { posture: report } = sealed;
  return {
    index,
    name,
    type,
    status: row.status as DeviceState,
    speaksFor: sealed.speaksFor,
    serials,
    ...(suspended.length === 0 ? {} : { suspended }),
    ...(report === undefined ? {} : { postureReport: { state: report.state, at: report.at } }),
  };
}

/** What a record needs beside its rows. */
export interface RecordContext {
  readonly declared: Declared;
  readonly now: Micros;
}

/** The record that people see. */
export function recordOf(
  row: DeviceRow,
  certificates: OwnCertificates | undefined,
  { declared, now }: RecordContext,
): DeviceRecord {
  const { owner, model, firmware, serials: hardwareSerials, firstSeen, addresses, posture, profile } = row.sealed;
  const ofType = declared.profile?.(row.type) ?? null;
  const { expires } = certificates ?? NONE;
  return {
    ...entryOf(row, certificates),
    created: micros(row.created),
    lastSeen: row.last_seen === null ? null : micros(row.last_seen),
    certificateExpires: expires === 0 ? null : micros(expires),
    owner,
    model,
    firmware,
    hardwareSerials,
    firstSeen: firstSeen === undefined ? null : micros(firstSeen),
    addresses: addresses ?? [],
    posture: postureAt(posture ?? null, declared.postureFresh?.(row.type) ?? null, now),
    profile: ofType === null ? null : securityProfile(ofType, profile),
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

/** What is said of a name that is taken, by the state of who has it where that is known. */
export function deviceExists(name: string, state?: DeviceState): IdentityError {
  if (state === 'revoked') {
    return new IdentityError(
      'IDENTITY_DEVICE_EXISTS',
      `Cannot enrol device ${name}: a device of that name was revoked, which is for ever`,
      {
        hint: `Enrol it under another name, such as ${name}-2: what ${name} sent stays told apart from what comes now`,
      },
    );
  }
  return new IdentityError(
    'IDENTITY_DEVICE_EXISTS',
    `Cannot enrol device ${name}: the inventory has one of that name`,
    {
      hint: `Choose another name, or see \`npm run -s weir -- device show ${name}\``,
    },
  );
}
