import { FeaturesError } from './errors.ts';

/**
 * A feature of the rows of a device: what is computed of each row and of those before it. One definition, two
 * executions: `FeatureStream` as rows come, `computeFeatures` over all of them; both give the same.
 *
 * Fields are numbered as the columns of the rows. Times are epoch microseconds. A row that is no later than the one
 * before it is *late* (or doubled): its features are all missing and it changes nothing.
 */
export type Feature =
  /** The value itself. */
  | { readonly kind: 'value'; readonly field: number }
  /** Change since the last value that was there, in units a second. */
  | { readonly kind: 'rate'; readonly field: number }
  /** Seconds since the row before. */
  | { readonly kind: 'gap' }
  /** Rows within the last seconds, this one included, counted up to `most`: a burst. */
  | { readonly kind: 'arrivals'; readonly seconds: number; readonly most: number }
  /** Sine and cosine of where in the period the row's time lies, from the epoch: 86,400 s is the time of day in UTC. */
  | { readonly kind: 'phase'; readonly seconds: number }
  /** Median of the last `rows` values that were there, this one included. */
  | { readonly kind: 'median'; readonly field: number; readonly rows: number }
  /** Their scaled median absolute deviation. */
  | { readonly kind: 'spread'; readonly field: number; readonly rows: number }
  /**
   * What the value exceeds its prediction from other fields of the same row by: by least squares over the rows before,
   * which count less with their age, by one part in `memory` a row. Missing until there are as many rows as unknowns.
   */
  | { readonly kind: 'residual'; readonly field: number; readonly from: readonly number[]; readonly memory: number };

/** The most values that a rolling feature holds, and fields that a prediction is made from: memory is stated. */
const MOST_ROWS = 4096;
const MOST_FROM = 16;

/** Columns that a feature has. */
export function columnsOf(feature: Feature): number {
  return feature.kind === 'phase' ? 2 : 1;
}

/** Doubles of state that a feature needs for a device; it needs no more however long it runs. */
export function roomOf(feature: Feature): number {
  switch (feature.kind) {
    case 'value':
    case 'phase':
      return 0;
    case 'gap':
      return 1;
    case 'rate':
      return 2;
    case 'arrivals':
      return 1 + feature.most;
    case 'median':
    case 'spread':
      return 1 + 2 * feature.rows;
    case 'residual': {
      const unknowns = feature.from.length + 1;
      return 1 + unknowns * unknowns + unknowns;
    }
  }
}

/**
 * Checks that features can be computed of rows of so many fields.
 *
 * @throws {FeaturesError} FEATURES_DEFINITION_INVALID
 */
export function checkFeatures(features: readonly Feature[], width: number): void {
  for (const [i, feature] of features.entries()) {
    const invalid = (what: string): FeaturesError =>
      new FeaturesError('FEATURES_DEFINITION_INVALID', `Cannot compute feature ${i}, ${feature.kind}: ${what}`);
    const fields = 'field' in feature ? [feature.field, ...('from' in feature ? feature.from : [])] : [];
    for (const field of fields) {
      if (!Number.isInteger(field) || field < 0 || field >= width) throw invalid(`rows have no field ${field}`);
    }
    const within = (name: string, value: number, least: number, greatest: number, whole: boolean): void => {
      const fits = value >= least && value <= greatest && (!whole || Number.isInteger(value));
      if (!fits) throw invalid(`${name} is ${value}, it may be ${least} to ${greatest}`);
    };
    if ('rows' in feature) within('rows', feature.rows, 1, MOST_ROWS, true);
    if ('seconds' in feature) within('seconds', feature.seconds, 1e-6, 1e9, false);
    if ('most' in feature) within('most', feature.most, 1, MOST_ROWS, true);
    if (feature.kind === 'residual') {
      within('memory', feature.memory, 2, 1e9, false);
      within('the number of fields to predict from', feature.from.length, 1, MOST_FROM, true);
      if (new Set([feature.field, ...feature.from]).size <= feature.from.length) {
        throw invalid('a field stands in it twice');
      }
    }
  }
}

/** Checks that rows are whole and each has a time. */
export function checkRows(times: Float64Array, values: Float64Array, width: number): void {
  if (values.length === times.length * width) return;
  const message = `Cannot compute features of ${values.length} values with ${times.length} times: rows have ${width} fields`;
  throw new FeaturesError('FEATURES_DEFINITION_INVALID', message);
}
