import type { Severity } from '#watch/detect/index.ts';

/** What an entry of the log is as a step of an incident. */
export interface EventKind {
  readonly action: string;
  /** Outcomes and reasons that it is of; of all where they are not said. */
  readonly outcomes?: readonly string[];
  readonly reasons?: readonly string[];
  /** A noun: how it went is said behind it. */
  readonly what: string;
  readonly severity: Severity;
  /** Techniques of ATT&CK for ICS that a single one may be a sign of. */
  readonly techniques?: readonly string[];
}

const NOT = ['denied', 'failed'];

/**
 * Entries of the log that say something beside an alert, the first that fits. What the platform does by itself (sealing,
 * expiry, backups) and what alerts are told by already is not among them.
 */
export const EVENT_KINDS: readonly EventKind[] = [
  { action: 'connect', outcomes: NOT, what: 'connection', severity: 'low', techniques: ['T0846'] },
  { action: 'sign-in', outcomes: NOT, what: 'sign-in', severity: 'low', techniques: ['T0859'] },
  { action: 'sign-in', what: 'sign-in', severity: 'low' },
  { action: 'begin-session', what: 'session', severity: 'low' },
  { action: 'revoke-session', what: 'end of a session', severity: 'low' },
  {
    action: 'refuse-readings',
    reasons: ['replay', 'clock-late', 'clock-early'],
    what: 'readings',
    severity: 'low',
    techniques: ['T0856'],
  },
  { action: 'refuse-readings', what: 'readings', severity: 'low' },
  { action: 'command', outcomes: NOT, what: 'command', severity: 'medium', techniques: ['T0855'] },
  { action: 'command', what: 'command', severity: 'low' },
  { action: 'clone-alert', what: 'second use of an identity', severity: 'high', techniques: ['T0849', 'T0859'] },
  { action: 'tamper-alert', what: 'sign of tampering', severity: 'high', techniques: ['T0856'] },
  { action: 'token-alert', what: 'use of a token from elsewhere', severity: 'high', techniques: ['T0859'] },
  { action: 'weak-key', what: 'weak key', severity: 'medium' },
  { action: 'report-posture', outcomes: NOT, what: 'posture', severity: 'medium' },
  { action: 'quarantine', what: 'quarantine', severity: 'medium' },
  { action: 'enrol', what: 'enrolment', severity: 'low' },
  { action: 'issue-certificate', what: 'issue of a certificate', severity: 'low' },
  { action: 'issue-code', what: 'issue of a code to enrol with', severity: 'low' },
  { action: 'make-enrol-token', what: 'issue of a token to enrol with', severity: 'low' },
  { action: 'expect-devices', what: 'list of devices that may enrol', severity: 'low' },
  { action: 'revoke', what: 'revocation', severity: 'medium' },
  { action: 'suspend-certificates', what: 'suspension of certificates', severity: 'medium' },
  { action: 'disable-device', what: 'taking out of use', severity: 'medium' },
  { action: 'enable-device', what: 'taking into use', severity: 'low' },
  { action: 'propose-template', what: 'proposal of a template', severity: 'low' },
  { action: 'approve-template', what: 'approval of a template', severity: 'medium' },
  { action: 'apply-template', what: 'change of the template', severity: 'medium' },
  { action: 'change-rules', what: 'change of what alerts are told', severity: 'medium' },
  { action: 'revert-rules', what: 'change of what alerts are told', severity: 'low' },
  { action: 'speaks-for', what: 'publishing for another', severity: 'low', techniques: ['T0848'] },
  { action: 'add-person', what: 'entry of a person', severity: 'medium' },
  { action: 'set-roles', what: 'change of roles', severity: 'medium' },
  { action: 'set-region', what: 'change of a region', severity: 'medium' },
  { action: 'set-password', what: 'change of a password', severity: 'medium' },
  { action: 'disable-person', what: 'exclusion of a person', severity: 'medium' },
  { action: 'enable-person', what: 'readmission of a person', severity: 'medium' },
  { action: 'administer', outcomes: NOT, what: 'administration', severity: 'medium' },
  { action: 'query', outcomes: NOT, what: 'query', severity: 'low' },
  { action: 'export', what: 'export', severity: 'low', techniques: ['T0882'] },
  { action: 'detokenise', what: 'question for originals', severity: 'low', techniques: ['T0882'] },
  { action: 'declassify', what: 'lowering of a class', severity: 'medium' },
  { action: 'record-transfer', what: 'transfer between regions', severity: 'medium' },
  { action: 'restore-backup', what: 'restoring from a backup', severity: 'medium' },
  { action: 'use-keys', what: 'use of keys', severity: 'low' },
  { action: 'create-keys', what: 'creation of keys', severity: 'low' },
  { action: 'destroy-keys', what: 'destruction of keys', severity: 'medium' },
  { action: 'rotate-key', what: 'rotation of a key', severity: 'low' },
  { action: 'rotate-keys', what: 'rotation of keys', severity: 'low' },
  { action: 'release-key', what: 'release of a key', severity: 'medium' },
  { action: 'issue-key', what: 'issue of a key', severity: 'medium' },
  { action: 'revoke-key', what: 'revocation of a key', severity: 'medium' },
  { action: 'rotate-token', what: 'change of a token', severity: 'low' },
  { action: 'move-root-key', what: 'move of the root key', severity: 'high' },
];

/** What an entry is as a step; null where it is none. */
export function eventKind(event: {
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
}): EventKind | null {
  const { action, outcome, reason } = event;
  const fits = (kind: EventKind): boolean =>
    kind.action === action &&
    (kind.outcomes?.includes(outcome) ?? true) &&
    (kind.reasons === undefined || (reason !== null && kind.reasons.includes(reason)));
  return EVENT_KINDS.find(fits) ?? null;
}
