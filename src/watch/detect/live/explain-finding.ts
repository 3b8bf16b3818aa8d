import { standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import type { Moved } from '../threshold/baseline-anchor.ts';
import type { Cause, ShownReading } from './finding.ts';
import { INTERVAL } from './watch-plan.ts';
import type { WatchedField } from './watch-plan.ts';

/** What an explanation is made from. */
export interface Unusual {
  readonly fields: readonly WatchedField[];
  /** The row that was beyond the limit. */
  readonly row: Float64Array;
  /** What is usual for the device, for each field. */
  readonly usual: BaselineState;
  /** The part of each field in it; all 0 where nobody can say. */
  readonly shares: Float64Array;
  /** The detectors that told of the row, whoever explains it first; none where it is not known what they would pass. */
  readonly asked: readonly AskedDetector[];
}

/** Whether a detector would have passed the row with a field so much of the way, 0 to 1, to what is usual. */
export interface AskedDetector {
  readonly name: string;
  readonly passes: (field: number, way: number) => boolean;
}

/** Standard deviations around the centre that are called usual. */
const USUAL = 3;
const MOST_CAUSES = 3;
const LEAST_SHARE = 0.1;
const BISECTIONS = 40;
/** So much of a limit is used, since what was learnt with a row has moved the middle too, and values are rounded. */
const SAFELY = 0.99;

/** The fields that made a row unusual, the greatest share first, with what would have had to be otherwise. */
export function findCauses(unusual: Unusual): readonly Cause[] {
  const { fields, row, usual } = unusual;
  const shares = sharesOf(unusual);
  const order = fields.map((_, i) => i).sort((a, b) => shares[b]! - shares[a]! || a - b);
  const named = order.slice(0, MOST_CAUSES).filter((field, rank) => rank === 0 || shares[field]! >= LEAST_SHARE);
  return named.map((field): Cause => {
    const { name, unit, shown, peers } = fields[field]!;
    const [centre, spread] = [usual.centre[field]!, usual.spread[field]!];
    const at = (value: number): number | null => (shown && Number.isFinite(value) ? shownValue(name, value) : null);
    const [low, high] = [at(centre - USUAL * spread), at(centre + USUAL * spread)];
    const way = wayToPass(unusual.asked, field);
    // As it is shown: what differs by less than that is no other value.
    const wouldPass =
      way === null ? null : other(at(row[field]! + way.length * (centre - row[field]!)), at(row[field]!));
    return {
      field: shownName(name),
      unit: shownUnit(name, unit),
      share: round(shares[field]!, 3),
      value: at(row[field]!),
      usual: low === null || high === null ? null : [low, high],
      deviation: round(clamp(standardise(usual, field, row[field]!)), 2),
      wouldPass,
      ...(wouldPass === null ? {} : { wouldPassFor: way!.names }),
      ...(peers === undefined || !(row[field + 2]! > 0)
        ? {}
        : { peers: { ...peers, below: row[field + 1]!, others: row[field + 2]! } }),
    };
  });
}

/** The cause of an alert that what is usual has moved: its value is what is usual now. */
export function movedCause({ name, unit, shown }: WatchedField, { by, centre, spread }: Moved, now: number): Cause {
  const at = (value: number): number | null => (shown && Number.isFinite(value) ? shownValue(name, value) : null);
  const [low, high] = [at(centre - USUAL * spread), at(centre + USUAL * spread)];
  return {
    field: shownName(name),
    unit: shownUnit(name, unit),
    share: 1,
    value: at(now),
    usual: low === null || high === null ? null : [low, high],
    deviation: round(clamp(by), 2),
    wouldPass: null,
  };
}

/** What is usual for a field as it is shown: the time between readings in seconds. */
export function showUsual(
  { name, unit }: WatchedField,
  centre: number,
  spread: number,
): { readonly name: string; readonly unit: string | null; readonly centre: number; readonly spread: number } {
  const from = shownValue(name, centre);
  const wide = name === INTERVAL ? shownValue(name, centre + spread) - from : spread;
  return {
    name: shownName(name),
    unit: shownUnit(name, unit),
    centre: name === INTERVAL ? from : centre,
    spread: wide,
  };
}

/** A row as it is shown. */
export function showReading(fields: readonly WatchedField[], time: number, row: Float64Array): ShownReading {
  const values: Record<string, number | null> = {};
  for (const [i, { name, shown }] of fields.entries()) {
    const value = row[i]!;
    values[shownName(name)] = shown && Number.isFinite(value) ? shownValue(name, value) : null;
  }
  return { time, values };
}

/** The finding in plain words. */
export function sayFinding(device: string, detector: string, causes: readonly Cause[]): string {
  const [cause, ...others] = causes;
  if (cause === undefined) return `${device} behaved unlike itself`;
  const also = others.length === 0 ? '' : `; ${others.map(({ field }) => field).join(' and ')} had a part in it`;
  return `${mainClause(device, detector, cause)}${also}`;
}

function mainClause(device: string, detector: string, cause: Cause): string {
  const { field, value, usual, deviation, unit } = cause;
  const of = (number: number): string => `${Number(number.toPrecision(4))}${unit === null ? '' : ` ${unit}`}`;
  const range = usual === null ? '' : `; usual for it is ${of(usual[0])} to ${of(usual[1])}`;
  if (value === null) return `${field} of ${device} was ${deviation} standard deviations from what is usual for it`;
  if (cause.peers !== undefined)
    return `${sayPlace(device, cause.peers)}, ${of(value)} spreads from their middle${range}`;
  switch (detector) {
    case 'baseline-moved':
      return `what is usual for ${field} of ${device} has moved to ${of(value)}${range.replace('is', 'was')}`;
    case 'stuck-check':
      // Not any other: where it stayed far out, what is near it is as unusual to others.
      return `${field} of ${device} stayed at ${of(value)}, longer than it ever does: any other usual value would have been no alert`;
    case 'jump-check':
      // The greatest jump may be the one that ends a trouble, or lead from one usual value to another.
      if (usual !== null && value >= usual[0] && value <= usual[1])
        return `${field} of ${device} jumped farther than it does from one reading to the next, to ${of(value)}, which is usual for it by itself`;
      return `${field} of ${device} jumped to ${of(value)} from one reading to the next${range}`;
    case 'odd-order':
      return `${subjectOf(field)} of ${device} came after what it hardly ever comes after`;
    case 'unfamiliar':
      return `${subjectOf(field)} of ${device} was one that it hardly ever is`;
    case 'odd-time':
      return `${subjectOf(field)} of ${device} came at a time at which it hardly ever comes`;
    case 'beacon':
      return `${device} sends with a regular period that it did not have`;
    case 'ewma-chart':
    case 'cusum-chart':
    case 'page-hinkley-chart':
      return `${field} of ${device} has shifted, now ${of(value)}${range}`;
    case 'scale-check':
      return `${field} of ${device} varies by more or less than it did, now ${of(value)}${range}`;
    case 'seasonal-forecaster':
      return `${field} of ${device} was ${of(value)}, unlike what it is at this point of its season${range}`;
    case 'spectral-residual':
      return `${field} of ${device} was ${of(value)}, which breaks its rhythm${range}`;
    case 'sequence-surprisal':
      return `${field} of ${device} was ${of(value)}, which hardly ever follows what came before it, at this hour${range}`;
    case 'replay-check':
      return `the latest readings of ${device} are earlier ones again, ${field} most of all: ${of(value)}`;
    case 'series-ensemble':
    case 'windowed-components':
      return `${field} of ${device} was ${of(value)}, which goes neither with its other fields nor with what came before${range}`;
    case 'principal-components':
    case 'robust-covariance':
    case 'autoencoder-ensemble':
      return `${field} of ${device} was ${of(value)}, which does not go with its other fields`;
    case 'nearest-neighbours':
    case 'window-neighbours':
      return `the latest readings of ${device} are unlike any before, ${field} most of all: ${of(value)}${range}`;
    case 'half-space-trees':
    case 'isolation-forest':
    case 'tabular-ensemble':
    case 'k-means':
      return `few readings of ${device} were like this one, ${field} most of all unlike others: ${of(value)}${range}`;
    default:
      return `${field} of ${device} was ${of(value)}${range}`;
  }
}

/** How a value is called that is less, or more, by its unit. */
const COMPARED: ReadonlyMap<string | null, readonly [less: string, more: string]> = new Map([
  ['Cel', ['colder', 'warmer']],
  ['K', ['colder', 'warmer']],
]);

/** Where a device stands among its peers, in words. */
function sayPlace(device: string, { of, unit, below, others }: NonNullable<Cause['peers']>): string {
  const [less, more] = COMPARED.get(unit) ?? ['less', 'more'];
  const above = others - below;
  const [than, count] = above >= below ? [less, Math.round(above)] : [more, Math.round(below)];
  const whom = count === others ? `all ${others} others` : `${count} of ${others} others`;
  return `${of} of ${device} was ${than} than that of ${whom} of its type`;
}

/** The field whose order or timing a feature looks at, which is named after it where it was not named otherwise. */
export function subjectOf(feature: string): string {
  return feature.replace(/\.(?:order|timing|rarity)$/, '');
}

/**
 * Whether a row would pass with one field nearer to usual.
 *
 * @param then how many times its limit the row was when it was judged
 * @param timesOf how many times a row that comes now would be
 * @param judged the row as the detector can judge it now, and how far each field is from what is usual there
 */
export function askPasses(
  then: number,
  timesOf: (row: Float64Array) => number,
  judged: Float64Array,
  away: Float64Array,
): (field: number, way: number) => boolean {
  const trial = judged.slice();
  // It has learnt the row by now, and finds it and all others somewhat less odd than it did.
  const now = timesOf(judged);
  const most = SAFELY * (now > 0 && now < then ? now / then : 1);
  return (field, way) => {
    trial[field] = judged[field]! - way * away[field]!;
    const times = timesOf(trial);
    trial[field] = judged[field]!;
    return times <= most;
  };
}

/** Shares by whoever found it; by how far fields are from usual where it has none to give any more. */
function sharesOf({ fields, shares, row, usual }: Unusual): Float64Array {
  if (shares.some((share) => share > 0)) return shares;
  const squares = fields.map((_, field) => standardise(usual, field, row[field]!) ** 2);
  const sum = squares.reduce((a, b) => a + b, 0);
  return Float64Array.from(squares, (square) => (sum > 0 ? square / sum : 0));
}

/**
 * How far one field would have had to be moved towards what is usual for all to pass; where that alone does not do for
 * all, for the first of them, and who else would then have passed. Null where it does not even do for that one.
 */
function wayToPass(
  asked: readonly AskedDetector[],
  field: number,
): { readonly length: number; readonly names: readonly string[] } | null {
  const [first] = asked;
  if (first === undefined || !first.passes(field, 1)) return null;
  const whose = asked.every(({ passes }) => passes(field, 1)) ? asked : [first];
  let [low, high] = [0, 1];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (whose.every(({ passes }) => passes(field, middle))) high = middle;
    else low = middle;
  }
  return { length: high, names: asked.filter(({ passes }) => passes(field, high)).map(({ name }) => name) };
}

function other(value: number | null, than: number | null): number | null {
  return value === than ? null : value;
}

function shownName(name: string): string {
  return name === INTERVAL ? 'interval' : name;
}

function shownUnit(name: string, unit: string | null): string | null {
  return name === INTERVAL ? 's' : unit;
}

function shownValue(name: string, value: number): number {
  const plain = name === INTERVAL ? Math.max(0, Math.expm1(Math.min(value, 60))) : value;
  return Number(plain.toPrecision(6));
}

function clamp(value: number): number {
  return Math.min(1e9, Math.max(-1e9, value));
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
