/** How linear models are spread over paces: one for each memory with each rate. */
export interface TrackerRule {
  /** Rows that means and deviations of fields look back, about. */
  readonly memories: readonly number[];
  /** How far one row moves the weights. */
  readonly rates: readonly number[];
}

/** From models that hold what they learnt to models that follow the latest rows: nobody knows beforehand which is right. */
export const STANDARD_TRACKERS: TrackerRule = { memories: [100, 1_000, 10_000], rates: [1 / 64, 1 / 8, 1] };

/** What is known, as plain arrays, so that it can be part of a snapshot. */
export type TrackerState = {
  /** Rows that were learnt. */
  readonly rows: Float64Array;
  /** Running mean and variance of each field, by memory. */
  readonly means: Float64Array;
  readonly variances: Float64Array;
  /** Weights of each model, class and field, the constant last. */
  readonly weights: Float64Array;
};

/** Further out, a value pulls no harder: it may be a wrong one. */
const FARTHEST = 4;

/** Models that know nothing. */
export function beginTrackers(width: number, classes: number, rule: TrackerRule): TrackerState {
  const { memories } = rule;
  return {
    rows: new Float64Array(1),
    means: new Float64Array(memories.length * width),
    variances: new Float64Array(memories.length * width),
    weights: new Float64Array(trackersOf(rule) * classes * (width + 1)),
  };
}

/** How many models there are. */
export function trackersOf({ memories, rates }: TrackerRule): number {
  return memories.length * rates.length;
}

/**
 * The chances of the classes for a row, by each model.
 *
 * @param at where the row starts in `values`; values that are missing count as usual ones
 * @param into a place for each model and class
 */
export function askTrackers(
  state: TrackerState,
  rule: TrackerRule,
  width: number,
  values: Float64Array,
  at: number,
  into: Float64Array,
): void {
  const { rates, memories } = rule;
  const classes = into.length / trackersOf(rule);
  const scaled = new Float64Array(width + 1);
  for (let memory = 0; memory < memories.length; memory++) {
    scaleRow(state, memory, width, values, at, scaled);
    for (let rate = 0; rate < rates.length; rate++) {
      const model = memory * rates.length + rate;
      chances(
        state.weights,
        model * classes * (width + 1),
        scaled,
        into.subarray(model * classes, (model + 1) * classes),
      );
    }
  }
}

/**
 * Learns a row: one step down the gradient of the logarithmic loss by each model, and the running scales.
 *
 * @param told what `askTrackers` put into its last argument for this row
 * @see Zinkevich, "Online convex programming and generalized infinitesimal gradient ascent" (ICML 2003)
 */
export function learnTrackers(
  state: TrackerState,
  rule: TrackerRule,
  width: number,
  { values, at, label }: { readonly values: Float64Array; readonly at: number; readonly label: number },
  told: Float64Array,
): void {
  const { rates, memories } = rule;
  const classes = told.length / trackersOf(rule);
  const scaled = new Float64Array(width + 1);
  for (let memory = 0; memory < memories.length; memory++) {
    scaleRow(state, memory, width, values, at, scaled);
    for (let rate = 0; rate < rates.length; rate++) {
      const model = memory * rates.length + rate;
      for (let one = 0; one < classes; one++) {
        const from = (model * classes + one) * (width + 1);
        const step = rates[rate]! * ((one === label ? 1 : 0) - told[model * classes + one]!);
        for (let i = 0; i <= width; i++) state.weights[from + i] = state.weights[from + i]! + step * scaled[i]!;
      }
    }
  }
  learnScales(state, rule, width, values, at);
}

/** Running means and variances; while few rows are known all count alike. */
function learnScales(
  { rows, means, variances }: TrackerState,
  { memories }: TrackerRule,
  width: number,
  values: Float64Array,
  at: number,
): void {
  rows[0] = rows[0]! + 1;
  for (const [memory, reach] of memories.entries()) {
    const share = Math.max(1 / rows[0], 1 / reach);
    for (let field = 0; field < width; field++) {
      const value = values[at + field]!;
      if (!Number.isFinite(value)) continue;
      const place = memory * width + field;
      const apart = value - means[place]!;
      means[place] = means[place]! + share * apart;
      variances[place] = (1 - share) * (variances[place]! + share * apart * apart);
    }
  }
}

/** The row in running deviations, and the constant. */
function scaleRow(
  { means, variances }: TrackerState,
  memory: number,
  width: number,
  values: Float64Array,
  at: number,
  into: Float64Array,
): void {
  for (let field = 0; field < width; field++) {
    const place = memory * width + field;
    const far = (values[at + field]! - means[place]!) / Math.sqrt(variances[place]!);
    // Of a field that never moved, or a value that is missing, nothing is known.
    into[field] = Number.isFinite(far) ? Math.max(-FARTHEST, Math.min(FARTHEST, far)) : 0;
  }
  into[width] = 1;
}

/** The softmax of one model's classes. */
function chances(weights: Float64Array, from: number, row: Float64Array, into: Float64Array): void {
  let most = -Infinity;
  for (let one = 0; one < into.length; one++) {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += weights[from + one * row.length + i]! * row[i]!;
    into[one] = sum;
    if (sum > most) most = sum;
  }
  let all = 0;
  for (let one = 0; one < into.length; one++) all += into[one] = Math.exp(into[one]! - most);
  for (let one = 0; one < into.length; one++) into[one] = into[one]! / all;
}
