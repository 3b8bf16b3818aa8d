import type { Micros } from '#base/core/index.ts';
import type { Posture, PostureReport } from './profile/posture.ts';
import type { SecurityProfile } from './profile/security-profile.ts';

/**
 * `quarantined`: its readings are kept apart until it is enabled again; `contained`: it was cut off since it was tampered
 * with, until it is enabled again.
 */
export const DEVICE_STATES = ['enabled', 'quarantined', 'contained', 'disabled', 'revoked'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

/** A device as every gateway worker knows it. Plain data: it passes between threads and processes. */
export interface DirectoryEntry {
  /** Row number in the device table, from 0; never given twice. */
  readonly index: number;
  readonly name: string;
  /** Name of its type in the template. */
  readonly type: string;
  readonly status: DeviceState;
  /** Types of devices that it may publish for. */
  readonly speaksFor: readonly string[];
  /** Serial numbers (upper-case hex) of the certificates that are its own and not past their end. */
  readonly serials: readonly string[];
  /** Those of its own that are suspended until somebody confirms them. */
  readonly suspended?: readonly string[];
  /** What was last reported of its state; absent where nothing was. Whether it still counts is up to the clock. */
  readonly postureReport?: Pick<PostureReport, 'state' | 'at'>;
}

/** The whole inventory at a version. */
export interface DirectorySnapshot {
  readonly deployment: string;
  /** Rises by one with every change since control started; a change that skips one means: ask for a snapshot. */
  readonly version: number;
  readonly devices: readonly DirectoryEntry[];
}

/** One change: the entry as it is now. */
export interface DirectoryChange {
  readonly version: number;
  readonly device: DirectoryEntry;
}

/** A device as people see it in lists. */
export interface DeviceRecord extends DirectoryEntry {
  readonly created: Micros;
  readonly lastSeen: Micros | null;
  /** End of the certificate that is valid longest, null where it has none. */
  readonly certificateExpires: Micros | null;
  readonly owner: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  /** Serial numbers on the device itself, as its maker gave them. */
  readonly hardwareSerials: readonly string[];
  readonly firstSeen: Micros | null;
  /** Where it was heard from last, the newest first. */
  readonly addresses: readonly string[];
  readonly posture: Posture;
  /** Null for a device whose type is no longer declared. */
  readonly profile: SecurityProfile | null;
}
