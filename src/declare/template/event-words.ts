/**
 * Actions of the log that a rule can wait for. A test holds the list against what the platform writes.
 *
 * @see docs/formats/audit-log.md
 */
export const EVENTS: readonly string[] = (
  'accept accept-unenforced add-person administer amend-certificate answer-alert apply-template approve approve-release ' +
  'approve-template ask-release audit begin-prove begin-session call certify certify-erasure change-rules ' +
  'choose-signatures clear-expected clone-alert command compact-segments confirm-certificates confirm-consent ' +
  'connect consent create-backup create-dataset create-keys declassify delete-dataset deliver-alerts ' +
  'describe-device destroy-keys detokenise disable-device disable-person discard-journal enable-device enable-person end-transfer end-prove ' +
  'enrol erase erase-subject expect-devices expire-alerts expire-proposal expire-segment export export-subject ' +
  'find-damage find-subject forget-backup forget-rules give-consent grant-import hold hold-privacy ' +
  'issue-certificate issue-code issue-key issue-probe-certificate issue-receipt lift-restriction load-table ' +
  'leave-will lose-connection make-authority make-consent-key make-enrol-token make-evidence-key monitor move-root-key open-connection ' +
  'overtake-proposal ' +
  'propose-template prove publish quarantine query raise-alert record-transfer rectify-subject redact-alerts ' +
  'refuse-readings reject-template release-hold release-key replace-proposal replay report-posture ' +
  'request-authority reseal-segment respond restore-backup restrict-subject retire-authority revert-rules revoke ' +
  'revoke-key revoke-session rewrap-keys rewrite-dataset rotate-key rotate-keys rotate-token seal-segment ' +
  'set-password set-region set-roles sign-in speaks-for spend-privacy start stop subscribe suspend-certificates ' +
  'suspend-consents table take-root-list tamper-alert token-alert try-control unexpect-device use-keys weak-key ' +
  'withdraw-consent'
).split(' ');

/** What can be asked of an event, and what rules can group by: each with what it is. */
export const EVENT_FIELDS = {
  outcome: 'allowed, denied, done or failed',
  reason: 'why, as a reason code',
  device: 'the device that it is about, or that did it',
  stream: 'the stream that it is about',
  address: 'the network that it came from',
  actor: 'who did it, such as `person:p1` or `anonymous`',
  listener: 'the listener that was connected to',
  command: 'the name of a command that was sent',
  detector: 'the detector of an alert',
  rule: 'the rule of an alert',
  field: 'the field that is the first cause of an alert',
  severity: 'how grave an alert is',
  kind: 'the kind of what it was done to, before the colon of the resource',
  name: 'the name of what it was done to, behind the colon of the resource',
  purpose: 'the purpose that was given',
} as const;
export type EventField = keyof typeof EVENT_FIELDS;
