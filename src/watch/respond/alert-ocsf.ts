import type { Json } from '#base/core/index.ts';
import { OCSF_VERSION } from '#trust/audit/index.ts';
import type { Severity } from '#watch/detect/index.ts';
import type { Alert, AlertState } from './alert.ts';

const SEVERITY_IDS: Readonly<Record<Severity, number>> = { low: 2, medium: 3, high: 4, critical: 5 };
/** New, in progress, suppressed. */
const STATUS_IDS: Readonly<Record<AlertState, number>> = { new: 1, confirmed: 2, 'false-alarm': 3, expected: 3 };
const CATEGORY = { uid: 2, name: 'Findings' } as const;
const CLASS = { uid: 2004, name: 'Detection Finding' } as const;
const CREATE = 1;
const UPDATE = 2;
const CLOSE = 3;
/** Kinds of analytic: a rule, and one that learns what is normal. */
const RULE = 1;
const BEHAVIOURAL = 2;

/**
 * Turns an alert into a finding of the Open Cybersecurity Schema Framework, for a SIEM.
 *
 * @see https://schema.ocsf.io, class 2004
 */
export function formatAlertOcsf(alert: Alert): { readonly [member: string]: Json } {
  const { id, device, stream, state, severity, open, raised, changed, start, end, sentence, detectors } = alert;
  const { rule, techniques } = alert;
  const activity = open ? (raised === changed ? CREATE : UPDATE) : CLOSE;
  return {
    activity_id: activity,
    category_uid: CATEGORY.uid,
    category_name: CATEGORY.name,
    class_uid: CLASS.uid,
    class_name: CLASS.name,
    type_uid: CLASS.uid * 100 + activity,
    time: milliseconds(changed),
    severity_id: SEVERITY_IDS[severity],
    status_id: STATUS_IDS[state],
    is_alert: state === 'new',
    message: sentence,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Weir', vendor_name: 'Weir' },
      uid: id,
    },
    finding_info: {
      uid: id,
      title: sentence,
      created_time: milliseconds(raised),
      modified_time: milliseconds(changed),
      first_seen_time: milliseconds(start),
      last_seen_time: milliseconds(end),
      analytic: { name: detectors[0]?.name ?? 'unknown', type_id: rule === undefined ? BEHAVIOURAL : RULE },
    },
    ...(device === null ? {} : { resources: [{ uid: device, name: device, type: 'device' }] }),
    evidences: [
      {
        data: {
          readings: alert.evidence as unknown as Json,
          nearest: alert.nearest as unknown as Json,
          events: (rule?.events ?? []) as unknown as Json,
        },
      },
    ],
    unmapped: {
      stream,
      rule: rule?.name ?? null,
      techniques: [...(techniques ?? [])],
      causes: alert.causes as unknown as Json,
      detectors: detectors as unknown as Json,
      budget: alert.budget,
    },
  };
}

function milliseconds(micros: number): number {
  return Math.floor(micros / 1_000);
}
