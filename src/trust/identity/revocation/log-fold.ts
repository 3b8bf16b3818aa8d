import type { AuditEvent, Micros } from '#base/core/index.ts';
import type { DeviceState } from '../device-directory.ts';
import type { CertificateRow } from './revocations.ts';
import { RETIRE } from '../authority-retirement.ts';
import { parseListDetail } from '../list-detail.ts';
import { parseRevocation } from './log-form.ts';
import type { RevocationReason } from './revocation-reason.ts';
import { parseTarget } from './revoke-target.ts';
import type { RevokeTarget } from './revoke-target.ts';

/** An entry of the log with its place. */
export interface LoggedEvent {
  readonly index: number;
  readonly time: Micros;
  readonly event: AuditEvent;
}

/** What is done again of the log over a catalogue that may be an older copy. */
export interface LogReplay {
  /** Takes one entry into account; entries come in the order of the log. */
  take(entry: LoggedEvent): void;
  /** Gives all of it its effect. */
  apply(): Promise<void>;
}

/** Actions of the entries by which certificates are suspended and confirmed. */
export const SUSPEND = 'suspend-certificates';
export const CONFIRM = 'confirm-certificates';

/** A step in the life of suspended certificates, in the order of the log. */
export type HoldStep =
  /** Every certificate that was given up to this time. */
  { readonly kind: 'suspend'; readonly before: number } | { readonly kind: 'confirm'; readonly target: RevokeTarget };

/** What the log says of devices and certificates, whatever the catalogue says. */
export interface LogFold {
  /** The last word on devices that were disabled, contained or enabled. */
  readonly states: Map<string, Exclude<DeviceState, 'revoked'>>;
  readonly revokedDevices: Set<string>;
  /** The last word on whom each device may publish for. */
  readonly speaksFor: Map<string, readonly string[]>;
  /** When each type was revoked last: devices of it that are older are out. */
  readonly revokedTypes: Map<string, Micros>;
  readonly revoked: Map<string, { readonly reason: RevocationReason; readonly at: Micros }>;
  /** What is known of certificates that were given. */
  readonly given: Map<string, Partial<CertificateRow>>;
  readonly holds: HoldStep[];
  /** Authorities that were retired, such as `issuing:1`, and when. */
  readonly retired: Map<string, Micros>;
}

export function emptyFold(): LogFold {
  return {
    states: new Map(),
    revokedDevices: new Set(),
    speaksFor: new Map(),
    revokedTypes: new Map(),
    revoked: new Map(),
    given: new Map(),
    holds: [],
    retired: new Map(),
  };
}

const STATES = {
  'disable-device': 'disabled',
  'quarantine-device': 'quarantined',
  'contain-device': 'contained',
  'enable-device': 'enabled',
} as const;

/** Takes one entry into account; entries come in the order of the log. Others than these change nothing. */
export function foldEntry(fold: LogFold, { time, event }: LoggedEvent): void {
  const { action, resource, outcome, detail } = event;
  if (outcome !== 'done') return;
  const target = parseTarget(resource);
  switch (action) {
    case 'disable-device':
    case 'quarantine-device':
    case 'contain-device':
    case 'enable-device':
      if (target?.kind === 'device') fold.states.set(target.name, STATES[action]);
      return;
    case 'speaks-for':
      if (target?.kind === 'device') fold.speaksFor.set(target.name, parseListDetail('types', detail));
      return;
    case 'issue-certificate':
      noteGiven(fold, time, event);
      return;
    case RETIRE:
      fold.retired.set(resource.replace(/^authority:/, ''), time);
      return;
    case SUSPEND:
      if (typeof detail?.['before'] === 'number') fold.holds.push({ kind: 'suspend', before: detail['before'] });
      return;
    case CONFIRM:
      if (target !== null) fold.holds.push({ kind: 'confirm', target });
      return;
    default:
      noteRevoked(fold, time, event);
  }
}

function noteRevoked(fold: LogFold, time: Micros, event: AuditEvent): void {
  const revocation = parseRevocation(event);
  if (revocation === null) return;
  const { target, reason, serials } = revocation;
  if (target.kind === 'device') fold.revokedDevices.add(target.name);
  if (target.kind === 'type') fold.revokedTypes.set(target.type, time);
  for (const serial of serials) if (!fold.revoked.has(serial)) fold.revoked.set(serial, { reason, at: time });
}

function noteGiven(fold: LogFold, time: Micros, { resource, digest, detail }: AuditEvent): void {
  const { serial, expires, issuer } = detail ?? {};
  const [, kind, holder] = /^(device|client|server):(.*)$/s.exec(resource) ?? [];
  if (typeof serial !== 'string' || kind === undefined || holder === undefined) return;
  fold.given.set(serial, {
    holder_kind: kind,
    holder,
    created: time,
    ...(digest === undefined ? {} : { fingerprint: digest }),
    ...(typeof expires === 'number' ? { expires } : {}),
    ...(typeof issuer === 'number' ? { issuer } : {}),
  });
}

/**
 * Whether a certificate is suspended after all steps.
 *
 * @param typeOf the type of a device, null where it is not known
 */
export function isSuspended(
  row: Pick<CertificateRow, 'serial' | 'holder' | 'holder_kind' | 'issuer' | 'created' | 'state'>,
  steps: readonly HoldStep[],
  typeOf: (device: string) => string | null,
): boolean {
  let suspended = row.state === 'suspended';
  for (const step of steps) {
    if (step.kind === 'suspend') suspended ||= row.created <= step.before;
    else if (isMeant(row, step.target, typeOf)) suspended = false;
  }
  return suspended;
}

/** Whether a target means a certificate. */
export function isMeant(
  { serial, holder, holder_kind: kind, issuer }: Pick<CertificateRow, 'serial' | 'holder' | 'holder_kind' | 'issuer'>,
  target: RevokeTarget,
  typeOf: (device: string) => string | null,
): boolean {
  switch (target.kind) {
    case 'serial':
      return serial === target.serial;
    case 'device':
      return kind === 'device' && holder === target.name;
    case 'type':
      return kind === 'device' && typeOf(holder) === target.type;
    case 'issuer':
      return issuer === target.generation;
  }
}
