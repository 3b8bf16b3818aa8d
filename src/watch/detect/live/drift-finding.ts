import { INDICATORS } from '#watch/drift/index.ts';
import type { Drift } from '#watch/drift/index.ts';
import { findingId, SEVERITIES } from './finding.ts';
import type { Cause, Finding, FiredDetector, Severity } from './finding.ts';
import type { WatchPlan } from './watch-plan.ts';

/** The device of what is about a stream as a whole: no device can have this name. */
export const ALL_DEVICES = '*';
/** The name under which drift is told. */
export const DRIFT_NAME = 'drift';

const MICROS = 1e6;
const DAY = 86_400;
/** Seasons are of a year: what rests on less may be one. */
const YEAR = 365 * DAY;
/** Stability indices from which on a change is called more than low. */
const STEPS = [0.1, 0.25, 1] as const;
/** An indicator is named where it makes the evidence this many times greater. */
const NAMED = Math.log(20);
/** Devices that a sentence names. */
const MOST_NAMED = 5;
/** The normal distribution between its quantiles 0.05 and 0.95, in standard deviations. */
const WIDTH = 3.29;

/** Tells drift of a stream as a finding: one for all its fields, about all devices. */
export function driftFinding(plan: WatchPlan, drift: Drift): Finding {
  const start = Math.round(drift.onset * MICROS);
  const limit = Math.max(1, drift.fields[0]!.evidence[strongest(drift)] - drift.evidence);
  const causes = causesOf(plan, drift);
  return {
    id: findingId(ALL_DEVICES, plan.stream, DRIFT_NAME, start),
    device: ALL_DEVICES,
    stream: plan.stream,
    detectors: [
      {
        name: DRIFT_NAME,
        score: round(limit + Math.max(0, drift.evidence)),
        limit: round(limit),
        readings: drift.fields[0]!.values,
      },
      ...indicatorsOf(drift, limit),
    ],
    start,
    end: Math.round(drift.told * MICROS),
    open: false,
    severity: severityOf(drift),
    budget: { alarms: 1, seconds: drift.apart, expected: 1, likely: 1 },
    baseline: {
      readings: drift.fields[0]!.values,
      seconds: Math.max(0, Math.round(drift.onset - Math.min(...drift.fields.map(({ since }) => since)))),
      peaks: 0,
    },
    causes,
    nearest: null,
    evidence: [],
    sentence: sayDrift(plan, drift, causes),
  };
}

function strongest(drift: Drift): (typeof INDICATORS)[number] {
  const { evidence } = drift.fields[0]!;
  return INDICATORS.toSorted((a, b) => evidence[b] - evidence[a])[0]!;
}

/** Those indicators that see it, the surest first, with the logarithm of their evidence. */
function indicatorsOf(drift: Drift, limit: number): readonly FiredDetector[] {
  const [{ evidence, values }] = drift.fields as [Drift['fields'][number]];
  return INDICATORS.filter((name) => evidence[name] >= NAMED)
    .toSorted((a, b) => evidence[b] - evidence[a])
    .map((name) => ({
      name: `${DRIFT_NAME}-${name}`,
      score: round(evidence[name]),
      limit: round(limit),
      readings: values,
    }));
}

function causesOf({ drift }: WatchPlan, { fields }: Drift): readonly Cause[] {
  const total = fields.reduce((sum, field) => sum + Math.max(...Object.values(field.evidence)), 0);
  return fields.map((field): Cause => {
    const { name, unit, shown } = drift.fields[field.field]!;
    const [low, middle, high] = field.usual;
    const spread = Math.max((high - low) / WIDTH, Math.abs(middle) * 1e-6, Number.MIN_VALUE);
    return {
      field: name,
      unit,
      share: round(Math.max(...Object.values(field.evidence)) / Math.max(total, Number.MIN_VALUE)),
      value: shown ? brief(field.now) : null,
      usual: shown ? [brief(low), brief(high)] : null,
      deviation: round(Math.min(1e9, Math.abs(field.now - middle) / spread)),
      wouldPass: null,
    };
  });
}

/** By how much the most evident field has changed; what a template explains is low. */
function severityOf({ fields, template }: Drift): Severity {
  if (template) return 'low';
  return SEVERITIES[STEPS.filter((step) => fields[0]!.psi >= step).length] ?? 'low';
}

/** The finding in plain words: what, how far, whose, and what may be behind it. */
function sayDrift(plan: WatchPlan, drift: Drift, causes: readonly Cause[]): string {
  const [{ psi, ks, js }] = drift.fields as [Drift['fields'][number]];
  const [first] = causes as [Cause];
  const names = listOf(causes.map(({ field }) => field));
  const of = (number: number): string => `${number}${first.unit === null ? '' : ` ${first.unit}`}`;
  const far =
    first.value === null || first.usual === null
      ? ''
      : `: ${first.field} is mostly about ${of(first.value)}, and was from ${of(first.usual[0])} to ${of(first.usual[1])}`;
  const by = ` (PSI ${psi.toFixed(2)}, KS ${ks.toFixed(2)}, JS ${js.toFixed(2)})`;
  return `${names} of ${plan.stream} ${causes.length === 1 ? 'has' : 'have'} drifted${far}${by}; ${sayScope(drift)}${sayCause(drift)}`;
}

function sayScope({ scope: { kind, devices, of } }: Drift): string {
  const named = listOf([
    ...devices.slice(0, MOST_NAMED),
    ...(devices.length > MOST_NAMED ? [`${devices.length - MOST_NAMED} more`] : []),
  ]);
  if (kind === 'devices') return `only on ${named}, of ${of} devices`;
  if (kind === 'new-devices')
    return `since ${named} came, which ${devices.length === 1 ? 'is' : 'are'} unlike the others`;
  return of <= 1 ? `it has one device` : `on ${devices.length} of ${of} devices`;
}

function sayCause({ template, onset, fields }: Drift): string {
  if (template) return '; it was declared otherwise in the template at that time';
  const known = onset - Math.min(...fields.map(({ since }) => since));
  if (known >= YEAR) return '';
  const days = known / DAY;
  const length = days >= 2 ? `${Math.floor(days)} days` : `${Math.max(1, Math.floor(known / 3_600))} hours`;
  return `; what was before is known for ${length}, so a season longer than that would look the same`;
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}

function brief(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : 0;
}

function round(value: number): number {
  return Math.round(value * 1e3) / 1e3;
}
