import { FeaturesError } from './errors.ts';
import type { Feature, FeatureKind, FeatureOf } from './feature.ts';
import { phase, slot } from './kinds/clock.ts';
import { level, noise, quantile } from './kinds/level.ts';
import { order } from './kinds/order.ts';
import { peers } from './kinds/peers.ts';
import { periodicity } from './kinds/periodicity.ts';
import { arrivals, gap, rate, value } from './kinds/plain.ts';
import { residual } from './kinds/residual.ts';
import { timing } from './kinds/timing.ts';
import { median, spread } from './kinds/window.ts';

type Kinds = { readonly [K in Feature['kind']]: FeatureKind<FeatureOf<K>> };

/** All kinds of features. */
export const FEATURE_KINDS: Kinds = {
  value,
  rate,
  gap,
  arrivals,
  phase,
  slot,
  median,
  spread,
  level,
  noise,
  quantile,
  residual,
  order,
  timing,
  periodicity,
  peers,
};

/** The kind of a feature. */
export function kindOf<F extends Feature>({ kind }: F): FeatureKind<F> {
  return FEATURE_KINDS[kind] as unknown as FeatureKind<F>;
}

/** Columns that a feature has. */
export function columnsOf(feature: Feature): number {
  return kindOf(feature).columns.length;
}

/** Doubles of state that a feature needs for a device; it needs no more however long it runs. */
export function roomOf(feature: Feature): number {
  return kindOf(feature).room(feature);
}

/**
 * Checks that features can be computed of rows of so many fields.
 *
 * @throws {FeaturesError} FEATURES_DEFINITION_INVALID
 */
export function checkFeatures(features: readonly Feature[], width: number): void {
  for (const [i, feature] of features.entries()) {
    const fault = faultOf(feature, width);
    if (fault !== undefined) {
      throw new FeaturesError('FEATURES_DEFINITION_INVALID', `Cannot compute feature ${i}, ${feature.kind}: ${fault}`);
    }
  }
}

function faultOf(feature: Feature, width: number): string | undefined {
  const kind = kindOf(feature);
  const missing = fieldsOf(feature).find((field) => !Number.isInteger(field) || field < 0 || field >= width);
  if (missing !== undefined) return `rows have no field ${missing}`;
  for (const [name, { least, greatest, whole }] of Object.entries(kind.bounds)) {
    const found = (feature as unknown as Readonly<Record<string, number>>)[name]!;
    const fits = found >= least && found <= greatest && (!whole || Number.isInteger(found));
    if (!fits) return `${name} is ${found}, it may be ${least} to ${greatest}`;
  }
  return kind.fault?.(feature);
}

/** The fields that a feature is computed from. */
export function fieldsOf(feature: Feature): readonly number[] {
  return [
    ...('field' in feature ? [feature.field] : []),
    ...('from' in feature ? feature.from : []),
    ...('at' in feature && feature.at !== undefined ? [feature.at] : []),
  ];
}

/** Checks that rows are whole and each has a time. */
export function checkRows(times: Float64Array, values: Float64Array, width: number): void {
  if (values.length === times.length * width) return;
  const message = `Cannot compute features of ${values.length} values with ${times.length} times: rows have ${width} fields`;
  throw new FeaturesError('FEATURES_DEFINITION_INVALID', message);
}
