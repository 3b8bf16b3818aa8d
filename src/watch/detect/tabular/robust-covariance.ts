import { backwardSolve, cholesky, forwardSolve, logDeterminant } from '#learn/features/index.ts';
import { defineFitted } from '../define-detector.ts';
import { covarianceOf, meanOf } from '../numeric/covariance.ts';
import { scaled, scaleRobustly } from '../numeric/scaling.ts';
import type { Scaling } from '../numeric/scaling.ts';
import type { Rows } from '../rows.ts';

type CovarianceState = Scaling & {
  /** Mean of the core on the scale. */
  readonly mean: Float64Array;
  /** Lower factor of the core's covariance. */
  readonly lower: Float64Array;
};

/** Concentration steps until the core stays the same; each lowers the determinant, and a dozen do. */
const MOST_STEPS = 50;
/** Added to each variance, relative to the mean one, so that fields that repeat each other do not make it singular. */
const RIDGE = 1e-3;

/**
 * Robust covariance: the Mahalanobis distance from those rows that lie closest together, which anomalies
 * among the learnt rows cannot bend while they are fewer than the rest.
 *
 * The core is found by concentration steps from a start that is the same for the same rows: those nearest to the
 * fields' medians.
 *
 * @see Rousseeuw and Van Driessen, "A fast algorithm for the minimum covariance determinant estimator" (1999), C-step;
 *   Hubert, Rousseeuw and Verdonck, "A deterministic algorithm for robust location and scatter" (2012)
 */
export const robustCovariance = defineFitted({
  name: 'robust-covariance',
  version: 1,
  cost: 'moderate',
  missing: 'typical',
  options: {
    core: { standard: 0.75, least: 0.5, greatest: 1, whole: false, about: 'share of the rows that make the core' },
  },
  fieldOrder: 'free',
  rowOrder: 'free',
  stateBytes: (width) => 8 * (width * width + 3 * width),
  fit(rows, { options }): CovarianceState {
    const scaling = scaleRobustly(rows);
    const unit = scaled(rows, scaling);
    const size = coreSize(unit, options.core);
    let core = firstCore(unit, size);
    let model = modelOf(unit, core);
    for (let step = 0; step < MOST_STEPS; step++) {
      const next = nearest(distances(unit, model), size);
      const closer = modelOf(unit, next);
      const gained = logDeterminant(model.lower, unit.width) - logDeterminant(closer.lower, unit.width);
      [core, model] = [next, closer];
      if (!(gained > 1e-9)) break;
    }
    return { ...scaling, ...model };
  },
  score(state, rows, scores) {
    const found = distances(scaled(rows, state), state);
    for (let row = 0; row < rows.count; row++) scores[row] = Math.sqrt(found[row]!);
  },
  explain(state, rows, shares) {
    const { values, width, count } = scaled(rows, state);
    const centred = new Float64Array(width);
    for (let row = 0; row < count; row++) {
      for (let field = 0; field < width; field++) centred[field] = values[row * width + field]! - state.mean[field]!;
      const solved = centred.slice();
      forwardSolve(state.lower, solved);
      backwardSolve(state.lower, solved);
      // x · Σ⁻¹x adds up to the squared distance; what pulls a row back into the fold explains nothing.
      for (let field = 0; field < width; field++) {
        shares[row * width + field] = Math.max(0, centred[field]! * solved[field]!);
      }
    }
  },
  fault({ centre, spread, mean, lower }, width) {
    const isWhole = [centre, spread, mean].every((array) => array.length === width) && lower.length === width * width;
    return isWhole ? undefined : 'there is not one scale, mean and row of the factor for each field';
  },
});

/** Rows of the core: at least (n + p + 1) / 2, for fewer can be bent. */
function coreSize({ count, width }: Rows, share: number): number {
  return Math.min(count, Math.max(Math.ceil(share * count), Math.floor((count + width + 1) / 2)));
}

/** The rows nearest to the medians; what is beyond three spreads counts no more than that. */
function firstCore({ values, width, count }: Rows, size: number): Int32Array {
  const far = new Float64Array(count);
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(i / width);
    far[row] = far[row]! + Math.min(9, values[i]! ** 2);
  }
  return nearest(far, size);
}

function nearest(far: Float64Array, size: number): Int32Array {
  const order = Int32Array.from({ length: far.length }, (_, i) => i).sort((i, j) => far[i]! - far[j]! || i - j);
  return order.slice(0, size).sort();
}

function modelOf(unit: Rows, core: Int32Array): { readonly mean: Float64Array; readonly lower: Float64Array } {
  const { width } = unit;
  const mean = meanOf(unit, core);
  const matrix = covarianceOf(unit, mean, core);
  let trace = 0;
  for (let i = 0; i < width; i++) trace += matrix[i * width + i]!;
  // A core whose rows are all equal has no variance at all: any unit does.
  for (let ridge = RIDGE * (trace / width) || 1; ; ridge *= 10) {
    for (let i = 0; i < width; i++) matrix[i * width + i] = matrix[i * width + i]! + ridge;
    const lower = cholesky(matrix, width);
    if (lower !== undefined) return { mean, lower };
  }
}

/** Squared Mahalanobis distances. */
function distances(
  { values, width, count }: Rows,
  { mean, lower }: { readonly mean: Float64Array; readonly lower: Float64Array },
): Float64Array {
  const found = new Float64Array(count);
  const centred = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let field = 0; field < width; field++) centred[field] = values[row * width + field]! - mean[field]!;
    forwardSolve(lower, centred);
    let sum = 0;
    for (let field = 0; field < width; field++) sum += centred[field]! ** 2;
    found[row] = sum;
  }
  return found;
}
