import { parseRfc3339 } from '#base/core/index.ts';
import { computeFeatures } from './compute-features.ts';
import { FeaturesError } from './errors.ts';
import { PeerSlots } from './peer-slots.ts';
import type { PeerView } from './peer-slots.ts';
import { peerFields } from './plan-features.ts';
import type { FeatureInput, FeaturePlan } from './plan-features.ts';

/** A row as a query answers it: values by column, times as RFC 3339 or epoch microseconds. */
export type AnsweredRow = Readonly<Record<string, unknown>>;

/** The features of one row. */
export interface FeatureLine {
  readonly series: string;
  /** Epoch microseconds. */
  readonly time: number;
  /** In the order of the plan's columns; NaN where there is none. */
  readonly values: Float64Array;
}

/** Rows of one device that are computed at once; more of them would not fit into memory for sure. */
const MOST_ROWS = 5_000_000;

/**
 * Features of the rows of a query's answer: the same numbers as the watch has for the same readings in the same order.
 * One device is held at a time.
 *
 * @param rows device after device, each in the order in which its readings came
 * @param series column that tells whose a row is
 * @param time column of times; of several rows of one time each is taken to be a microsecond later
 * @throws {FeaturesError} FEATURES_ROWS_UNFIT where a row has no time or no device
 */
export async function* featureTable(
  rows: AsyncIterable<AnsweredRow> | Iterable<AnsweredRow>,
  plan: FeaturePlan,
  { series, time, peers }: { readonly series: string; readonly time: string; readonly peers?: PeerSlots },
): AsyncGenerator<FeatureLine> {
  const { inputs } = plan;
  const categories = new Map<string, number>();
  let own: string | null = null;
  let times: number[] = [];
  let values: number[] = [];
  for await (const row of rows) {
    const name = row[series];
    const when = timeOf(row[time]);
    if (typeof name !== 'string' || Number.isNaN(when)) {
      throw new FeaturesError('FEATURES_ROWS_UNFIT', `Cannot compute features: a row has no ${series} or no ${time}`, {
        hint: 'Name the columns that tell whose a row is and when it was',
      });
    }
    if (name !== own || times.length >= MOST_ROWS) {
      if (own !== null) yield* linesOf(own, plan, times, values, peers?.view(own));
      [own, times, values] = [name, [], []];
    }
    times.push(when);
    for (const input of inputs) values.push(numberOf(input, row[input.name], categories));
  }
  if (own !== null) yield* linesOf(own, plan, times, values, peers?.view(own));
}

/**
 * The group of all devices of a query's answer, for the features of a plan that need it: to be gathered from the same rows
 * before these are computed. Slots of all times are kept.
 *
 * @param received column that tells when rows came, as epoch microseconds or RFC 3339; absent where that does not count
 */
export async function gatherPeers(
  rows: AsyncIterable<AnsweredRow> | Iterable<AnsweredRow>,
  { inputs, features }: FeaturePlan,
  { series, time, received }: { readonly series: string; readonly time: string; readonly received?: string },
): Promise<PeerSlots> {
  const slots = new PeerSlots(peerFields(features.map(({ feature }) => feature)));
  const categories = new Map<string, number>();
  for await (const row of rows) {
    const name = row[series];
    if (typeof name !== 'string') continue;
    const came = received === undefined ? -Infinity : timeOf(row[received]);
    slots.add(name, timeOf(row[time]), came, (field) => {
      const input = inputs[field]!;
      return numberOf(input, row[input.name], categories);
    });
  }
  return slots;
}

function* linesOf(
  series: string,
  plan: FeaturePlan,
  told: readonly number[],
  values: readonly number[],
  peers: PeerView | undefined,
): Generator<FeatureLine> {
  const features = plan.features.map(({ feature }) => feature);
  const columns = plan.features.reduce((sum, feature) => sum + feature.columns.length, 0);
  const times = apart(told);
  const out = computeFeatures(features, times, Float64Array.from(values), plan.inputs.length, peers);
  for (const [row, time] of told.entries()) {
    yield { series, time, values: out.subarray(row * columns, (row + 1) * columns) };
  }
}

/** Times of which those that are equal to the one before lie a microsecond after it; what is earlier stays so. */
function apart(told: readonly number[]): Float64Array {
  const times = Float64Array.from(told);
  let [latest, until] = [-Infinity, -Infinity];
  for (let i = 0; i < times.length; i++) {
    if (!(told[i]! >= latest)) continue;
    latest = told[i]!;
    until = Math.max(latest, until + 1);
    times[i] = until;
  }
  return times;
}

function numberOf({ form }: FeatureInput, value: unknown, categories: Map<string, number>): number {
  if (value === null || value === undefined) return NaN;
  if (form === 'time') return timeOf(value);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (form === 'number') return typeof value === 'string' && value !== '' ? Number(value) : NaN;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const known = categories.get(text);
  if (known !== undefined) return known;
  categories.set(text, categories.size + 2);
  return categories.size + 1;
}

function timeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? (parseRfc3339(value) ?? NaN) : NaN;
}
