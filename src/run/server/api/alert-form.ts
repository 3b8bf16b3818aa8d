import { formatMicros, micros, Type } from '#base/core/index.ts';
import type { Static } from '#base/core/index.ts';
import { SEVERITIES } from '#watch/detect/index.ts';
import type { ShownReading } from '#watch/detect/index.ts';
import { ALERT_STATES } from '#watch/respond/index.ts';
import type { Alert, AlertRule, Incident } from '#watch/respond/index.ts';
import { count, listOf, orNull, text, time } from './forms.ts';

const number = Type.Number();
const READING = Type.Object({ time, values: Type.Record(Type.String(), orNull(number)) });
const DETECTOR = Type.Object({ name: text, score: number, limit: number, readings: count });
const CAUSE = Type.Object({
  field: text,
  unit: orNull(text),
  share: number,
  value: orNull(number),
  usual: orNull(Type.Array(number, { minItems: 2, maxItems: 2 })),
  deviation: number,
  wouldPass: orNull(number),
  wouldPassFor: Type.Optional(listOf(text)),
  peers: Type.Optional(Type.Object({ of: text, unit: orNull(text), below: number, others: count })),
});
export const VERDICT = Type.Enum(['confirmed', 'false-alarm', 'expected'] as const);
/** What a rule found in the log. */
const FOUND = Type.Object({
  name: text,
  about: Type.Record(Type.String(), text),
  devices: listOf(text),
  addresses: listOf(text),
  actors: listOf(text),
  total: count,
  events: listOf(
    Type.Object({
      index: count,
      time,
      action: text,
      outcome: text,
      reason: orNull(text),
      actor: text,
      resource: text,
      count,
    }),
  ),
});

/** An alert as the API shows it. */
export const ALERT = Type.Object({
  id: text,
  device: orNull(text),
  stream: orNull(text),
  state: Type.Enum(ALERT_STATES),
  severity: Type.Enum(SEVERITIES),
  start: time,
  end: time,
  open: Type.Boolean(),
  raised: time,
  changed: time,
  sentence: text,
  devices: listOf(text),
  violates: orNull(Type.Object({ kind: text, rule: text })),
  techniques: listOf(text),
  rule: orNull(FOUND),
  detectors: listOf(DETECTOR),
  causes: listOf(CAUSE),
  nearest: orNull(READING),
  evidence: listOf(READING),
  budget: orNull(Type.Object({ alarms: number, seconds: number, expected: number, likely: number })),
  baseline: orNull(Type.Object({ readings: count, seconds: number, peaks: count })),
  answers: listOf(Type.Object({ verdict: VERDICT, by: text, at: time, reason: orNull(text), until: orNull(time) })),
});
export type AlertForm = Static<typeof ALERT>;

/** A version of what people said that alerts are to be. */
export const RULE = Type.Object({
  version: count,
  kind: Type.Enum(['muted', 'expected', 'window'] as const),
  device: orNull(text),
  stream: orNull(text),
  field: orNull(text),
  rule: orNull(Type.Object({ name: text, about: text })),
  mostTimes: orNull(number),
  from: time,
  until: orNull(time),
  by: text,
  reason: orNull(text),
  at: time,
  alert: orNull(text),
  reverted: orNull(Type.Object({ by: text, at: time })),
});
export type RuleForm = Static<typeof RULE>;

const INCIDENT_MEMBERS = {
  id: text,
  start: time,
  end: time,
  open: Type.Boolean(),
  severity: Type.Enum(SEVERITIES),
  devices: listOf(text),
  addresses: listOf(text),
  techniques: listOf(text),
  steps: listOf(
    Type.Object({
      kind: Type.Enum(['alert', 'rule', 'event'] as const),
      alert: text,
      device: orNull(text),
      stream: orNull(text),
      start: time,
      severity: Type.Enum(SEVERITIES),
      techniques: listOf(text),
      sentence: text,
    }),
  ),
};
/** What belongs together, with its steps in their order. */
export const INCIDENT = Type.Object(INCIDENT_MEMBERS);
export type IncidentForm = Static<typeof INCIDENT>;
/** The same with entries of the log among its steps: how many there was no room for, and up to when the log was read. */
export const INCIDENT_WITH_EVENTS = Type.Object({ ...INCIDENT_MEMBERS, leftOut: count, readUntil: orNull(time) });
export type IncidentWithEventsForm = Static<typeof INCIDENT_WITH_EVENTS>;

export function showAlert(alert: Alert): AlertForm {
  const { start, end, raised, changed, nearest, evidence, answers, techniques, rule, violates, devices, ...rest } =
    alert;
  return {
    ...rest,
    start: timeOf(start),
    end: timeOf(end),
    raised: timeOf(raised),
    changed: timeOf(changed),
    devices: [...(devices ?? [])],
    violates: violates ?? null,
    techniques: [...(techniques ?? [])],
    rule:
      rule === undefined
        ? null
        : {
            ...rule,
            devices: [...rule.devices],
            addresses: [...rule.addresses],
            actors: [...rule.actors],
            events: rule.events.map((event) => ({ ...event, time: timeOf(event.time) })),
          },
    detectors: [...rest.detectors],
    causes: rest.causes.map(({ usual, wouldPassFor, ...cause }) => ({
      ...cause,
      usual: usual === null ? null : [...usual],
      ...(wouldPassFor === undefined ? {} : { wouldPassFor: [...wouldPassFor] }),
    })),
    nearest: nearest === null ? null : showReading(nearest),
    evidence: evidence.map(showReading),
    answers: answers.map((answer) => ({
      ...answer,
      at: timeOf(answer.at),
      until: answer.until === null ? null : timeOf(answer.until),
    })),
  };
}

export function showIncident({ start, end, steps, ...rest }: Incident): IncidentForm {
  return {
    ...rest,
    devices: [...rest.devices],
    addresses: [...rest.addresses],
    techniques: [...rest.techniques],
    start: timeOf(start),
    end: timeOf(end),
    steps: steps.map((step) => ({ ...step, techniques: [...step.techniques], start: timeOf(step.start) })),
  };
}

export function showRule({ from, until, at, reverted, rule, ...rest }: AlertRule): RuleForm {
  return {
    ...rest,
    rule: rule ?? null,
    from: timeOf(from),
    until: until === null ? null : timeOf(until),
    at: timeOf(at),
    reverted: reverted === null ? null : { ...reverted, at: timeOf(reverted.at) },
  };
}

/** Epoch microseconds as RFC 3339. */
export function timeOf(value: number): string {
  return formatMicros(micros(value));
}

function showReading({ time: at, values }: ShownReading): { time: string; values: Record<string, number | null> } {
  return { time: timeOf(at), values: { ...values } };
}
