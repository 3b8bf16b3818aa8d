import { canonicalJson } from '#base/core/index.ts';
import { TAMPER_KINDS } from '#declare/template/index.ts';
import { MOVED_NAME } from '#watch/detect/index.ts';
import type { Finding } from '#watch/detect/index.ts';

/** What people said that alerts are to be, from now on: one version of what is told, which can be taken back. */
export type AlertRule = {
  /** Ascending, without gaps: what is told is what all versions up to the newest say. */
  readonly version: number;
  /**
   * `muted`: what is like a false alarm is one. `expected`: what is like it is expected until a time. `window`: all that
   * begins in a time is expected, as during maintenance.
   */
  readonly kind: 'muted' | 'expected' | 'window';
  /** Null for every device, which only a window may say. */
  readonly device: string | null;
  /** Null for every stream of the device, which only a window may say. */
  readonly stream: string | null;
  /** The field that is the first cause; null for any. */
  readonly field: string | null;
  /** The rule whose alert it was made from, or what was violated, and what that was about; absent where neither. */
  readonly rule?: { readonly name: string; readonly about: string };
  /** How many times beyond its limit a score may be; null for any. */
  readonly mostTimes: number | null;
  /** Times of readings, epoch microseconds; null for no end. */
  readonly from: number;
  readonly until: number | null;
  readonly by: string;
  readonly reason: string | null;
  readonly at: number;
  /** The alert that it was made from. */
  readonly alert: string | null;
  readonly reverted: { readonly by: string; readonly at: number } | null;
};

/** Devices and people that have to have marked the same before it holds for all devices of a stream. */
export const CLASS_NEEDS = { devices: 3, people: 2 } as const;

type Judged = Pick<Finding, 'device' | 'stream' | 'start' | 'end' | 'causes' | 'detectors' | 'rule' | 'violates'>;

/** The rule by which an alert is not new; null where there is none. The newest that covers it counts. */
export function ruleFor(alert: Judged, rules: readonly AlertRule[]): AlertRule | null {
  const standing = rules.filter(({ reverted }) => reverted === null);
  const own = standing.findLast((rule) => covers(rule, alert));
  return own ?? classRule(alert, standing);
}

/** How many times beyond its limit the farthest detector was. */
export function timesBeyond({ detectors }: Pick<Finding, 'detectors'>): number {
  return Math.max(0, ...detectors.map(({ score, limit }) => score / limit));
}

/**
 * How far a mute made from a false alarm may reach: a quarter beyond it, and short of every alert that was confirmed
 * and that it would silence too.
 *
 * @returns null where it would silence one that was confirmed and not more than the false alarm itself
 */
export function muteUpTo(alert: Judged, confirmed: readonly Judged[]): number | null {
  const own = timesBeyond(alert);
  const like = confirmed.filter(
    (one) =>
      one.device === alert.device &&
      one.stream === alert.stream &&
      one.causes[0]?.field === alert.causes[0]?.field &&
      isSame(ruleOf(one), ruleOf(alert)),
  );
  const least = Math.min(Infinity, ...like.map(timesBeyond));
  if (least <= own) return null;
  return Math.min(REACH * own, (own + least) / 2);
}

const REACH = 1.25;

/** What an alert of a rule is about, as one text; null where readings led to it. */
export function aboutOf({ rule }: Pick<Finding, 'rule'>): string | null {
  return rule === undefined ? null : canonicalJson(rule.about);
}

function covers(rule: AlertRule, alert: Judged): boolean {
  const { device, stream, mostTimes, from, until } = rule;
  return (
    (rule.kind === 'window' ? isInWindow(rule, alert) : isLike(rule, alert)) &&
    (device === null || device === alert.device) &&
    (stream === null || stream === alert.stream) &&
    (mostTimes === null || timesBeyond(alert) <= mostTimes) &&
    alert.start >= from &&
    // What lasts beyond the time is an alert of its own making.
    (until === null || alert.end <= until)
  );
}

/** What rules find in the log is silenced only by what names its device. */
function isInWindow({ device, field }: AlertRule, alert: Judged): boolean {
  return (alert.rule === undefined || device !== null) && (field === null || field === alert.causes[0]?.field);
}

/**
 * Whether an alert has the cause, and breaks the rule, of the one that was answered. A sign of tampering has no cause: who
 * dismisses one says nothing of any other, nor of the device's readings.
 */
function isLike({ field, rule }: AlertRule, alert: Judged): boolean {
  return field === (alert.causes[0]?.field ?? null) && isSame(rule, ruleOf(alert));
}

type Broken = NonNullable<AlertRule['rule']>;

/** What an alert says was broken: a rule over the log, or of readings; null where nothing was. */
export function ruleOf(alert: Pick<Finding, 'rule' | 'violates' | 'detectors'>): Broken | null {
  const { rule, violates, detectors } = alert;
  if (rule !== undefined) return { name: rule.name, about: aboutOf(alert)! };
  // That what is usual has moved is no wild value of the same field: it is told once, and by little.
  if (detectors.some(({ name }) => name === MOVED_NAME)) return { name: MOVED_NAME, about: MOVED_NAME };
  if (violates === undefined) return null;
  const { kind } = violates;
  // Signs of tampering say in words what was seen, which is not the same twice.
  return { name: kind, about: TAMPER_KINDS.some((one) => one === kind) ? kind : violates.rule };
}

function isSame(a: Broken | null | undefined, b: Broken | null): boolean {
  return a?.name === b?.name && a?.about === b?.about;
}

/** What several people marked on several devices holds for all devices of the stream; one person alone never does. */
function classRule(alert: Judged, rules: readonly AlertRule[]): AlertRule | null {
  const like = rules.filter(
    ({ kind, stream, field, mostTimes, rule }) =>
      kind === 'muted' &&
      stream === alert.stream &&
      field !== null &&
      field === alert.causes[0]?.field &&
      isSame(rule, ruleOf(alert)) &&
      mostTimes !== null &&
      timesBeyond(alert) <= mostTimes,
  );
  const devices = new Set(like.map(({ device }) => device));
  const people = new Set(like.map(({ by }) => by));
  return devices.size >= CLASS_NEEDS.devices && people.size >= CLASS_NEEDS.people ? (like.at(-1) ?? null) : null;
}
