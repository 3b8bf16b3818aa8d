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

/** Devices that have to have been marked before it holds for all of a stream, and people that it takes to silence several. */
export const CLASS_NEEDS = { devices: 3, people: 2 } as const;

type Judged = Pick<Finding, 'device' | 'stream' | 'start' | 'end' | 'causes' | 'detectors' | 'rule' | 'violates'>;

/**
 * The rule by which an alert is not new; null where there is none. The newest about its device counts, then what holds
 * for several devices.
 *
 * @param confirmed alerts of the device that were found to be true: the like of them no mark on other devices silences
 */
export function ruleFor(
  alert: Judged,
  rules: readonly AlertRule[],
  confirmed: readonly Judged[] = [],
): AlertRule | null {
  const standing = rules.filter(({ reverted }) => reverted === null);
  const covering = standing.filter((rule) => covers(rule, alert));
  const own = covering.findLast((rule) => !isWide(rule));
  return own ?? wideRule(covering) ?? classRule(alert, standing, confirmed);
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
  const least = leastConfirmed(alert, confirmed);
  if (least <= own) return null;
  return Math.min(REACH * own, (own + least) / 2);
}

/** How many times beyond its limit the least of the confirmed alerts was that an alert is like; Infinity without one. */
function leastConfirmed(alert: Judged, confirmed: readonly Judged[]): number {
  const like = confirmed.filter(
    (one) =>
      one.device === alert.device &&
      one.stream === alert.stream &&
      one.causes[0]?.field === alert.causes[0]?.field &&
      isSame(ruleOf(one), ruleOf(alert)),
  );
  return Math.min(Infinity, ...like.map(timesBeyond));
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

/** A window that names no device is for several. */
function isWide({ kind, device }: AlertRule): boolean {
  return kind === 'window' && device === null;
}

/** A window for several devices counts where two people have opened one. */
function wideRule(covering: readonly AlertRule[]): AlertRule | null {
  const wide = covering.filter(isWide);
  return peopleOf(wide).size >= CLASS_NEEDS.people ? (wide.at(-1) ?? null) : null;
}

/** What several people marked on several devices holds for all devices of the stream; one person alone never does. */
function classRule(alert: Judged, rules: readonly AlertRule[], confirmed: readonly Judged[]): AlertRule | null {
  const times = timesBeyond(alert);
  const like = rules.filter(
    (rule) =>
      rule.kind === 'muted' &&
      rule.stream === alert.stream &&
      rule.field !== null &&
      isLike(rule, alert) &&
      rule.mostTimes !== null &&
      times <= rule.mostTimes,
  );
  const devices = new Set(like.map(({ device }) => device));
  if (devices.size < CLASS_NEEDS.devices || peopleOf(like).size < CLASS_NEEDS.people) return null;
  // What is nearly as grave as one that was found to be true may be the same.
  return leastConfirmed(alert, confirmed) <= REACH * times ? null : (like.at(-1) ?? null);
}

/** Who made rules. Software that acts for somebody is that person. */
function peopleOf(rules: readonly AlertRule[]): ReadonlySet<string> {
  return new Set(rules.map(({ by }) => by.replace(/^agent:[^@]*@/, '')));
}
