import { backwardSolve, cholesky, forwardSolve } from '#learn/features/index.ts';
import { defineFitted } from '../define-detector.ts';
import { covarianceOf, meanOf } from '../numeric/covariance.ts';
import { scaleByDeviation, scaled } from '../numeric/scaling.ts';
import type { Scaling } from '../numeric/scaling.ts';
import { symmetricEigen } from '../numeric/symmetric-eigen.ts';
import type { Rows } from '../rows.ts';

type ComponentsState = Scaling & {
  /** Directions that are kept, one row each. */
  readonly components: Float64Array;
  /** Variance along each of them. */
  readonly variances: Float64Array;
  /** Variance that they leave, summed over the rest. */
  readonly residual: number;
};

/**
 * Reconstruction by principal components: how far a row lies within the usual directions (Hotelling's T²), and how far
 * it leaves them (Q, the squared prediction error), each against its mean on the rows that it learnt.
 *
 * Sees what breaks the relation between fields though each is in its range. A missing value is held to be the one that
 * goes best with the others of its row, so that leaving one out breaks no relation.
 *
 * @see Jackson and Mudholkar, "Control procedures for residuals associated with principal component analysis" (1979);
 *   Yue and Qin, "Reconstruction-based fault identification using a combined index" (2001); Nelson, Taylor and
 *   MacGregor, "Missing data methods in PCA and PLS" (1996), for what is missing
 */
export const principalComponents = defineFitted({
  name: 'principal-components',
  version: 1,
  cost: 'moderate',
  missing: 'own',
  options: {
    explained: { standard: 0.99, least: 0.01, greatest: 1, whole: false, about: 'share of the variance that is kept' },
  },
  fieldOrder: 'free',
  rowOrder: 'free',
  stateBytes: (width) => 8 * (width * width + 3 * width + 1),
  fit(rows, { options, width }): ComponentsState {
    const scaling = scaleByDeviation(rows);
    const known = scaled(rows, scaling);
    // What is missing begins as the mean, and then as what the directions found so far make of the others.
    const unit = { ...known, values: known.values.map((value) => (value === value ? value : 0)) };
    let directions = directionsOf(unit, width, options.explained);
    if (known.values.some(Number.isNaN)) {
      for (let round = 0; round < ROUNDS; round++) {
        unit.values.set(known.values);
        for (let row = 0; row < unit.count; row++)
          fillMissing(directions, unit.values.subarray(row * width, (row + 1) * width));
        directions = directionsOf(unit, width, options.explained);
      }
    }
    return { ...scaling, ...directions };
  },
  score(state, rows, scores) {
    eachRow(state, rows, (row, unit, along) => {
      const { variances } = state;
      let within = 0;
      let left = 0;
      for (const value of unit) left += value * value;
      for (let i = 0; i < variances.length; i++) {
        within += along[i]! ** 2 / variances[i]!;
        left -= along[i]! ** 2;
      }
      scores[row] = within / Math.max(variances.length, 1) + Math.max(left, 0) / state.residual;
    });
  },
  explain(state, rows, shares) {
    const { components, variances, residual } = state;
    const { values, width } = rows;
    eachRow(state, rows, (row, unit, along) => {
      for (let field = 0; field < width; field++) {
        if (Number.isNaN(values[row * width + field]!)) continue;
        let within = 0;
        let left = unit[field]!;
        for (let i = 0; i < variances.length; i++) {
          const loading = components[i * width + field]!;
          within += (along[i]! / Math.sqrt(variances[i]!)) * loading;
          left -= along[i]! * loading;
        }
        shares[row * width + field] = within ** 2 / Math.max(variances.length, 1) + left ** 2 / residual;
      }
    });
  },
  fault({ centre, spread, components, variances }, width) {
    if (centre.length !== width || spread.length !== width) return 'there is not one scale for each field';
    return components.length === variances.length * width ? undefined : 'there is not one variance for each component';
  },
});

/** How often what is missing is filled again from the directions that it led to. */
const ROUNDS = 4;

type Directions = Omit<ComponentsState, keyof Scaling>;

/** The directions that explain a share of the variance of rows on the scale, and what they leave. */
function directionsOf(unit: Rows, width: number, share: number): Directions {
  const { values, vectors } = symmetricEigen(covarianceOf(unit, meanOf(unit)), width);
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  let kept = 0;
  let explained = 0;
  // Rounding leaves tiny variances where there are none: these directions are left to Q.
  while (kept < width && explained < share * total && values[kept]! > 1e-9 * values[0]!) {
    explained += values[kept++]!;
  }
  return {
    components: vectors.slice(0, kept * width),
    variances: values.slice(0, kept),
    residual: Math.max(total - explained, 1e-6 * total, Number.MIN_VALUE),
  };
}

/**
 * Puts in place of what is missing in a row on the scale what gives it the least score. The score is a quadratic form
 * x·Mx with M = Σ vv' / kλ + (I − Σ vv') / residual, so this is the solution of linear equations over what is missing.
 */
function fillMissing({ components, variances, residual }: Directions, unit: Float64Array): void {
  const width = unit.length;
  const missing: number[] = [];
  for (let field = 0; field < width; field++) if (Number.isNaN(unit[field]!)) missing.push(field);
  if (missing.length === 0) return;
  for (const field of missing) unit[field] = 0;
  if (missing.length === width) return;
  const kept = variances.length;
  const weights = Float64Array.from(variances, (variance) => 1 / (kept * variance) - 1 / residual);
  const size = missing.length;
  const matrix = new Float64Array(size * size);
  const solved = new Float64Array(size);
  for (let i = 0; i < kept; i++) {
    const at = i * width;
    let along = 0;
    for (let field = 0; field < width; field++) along += unit[field]! * components[at + field]!;
    for (let a = 0; a < size; a++) {
      const weighed = weights[i]! * components[at + missing[a]!]!;
      solved[a] = solved[a]! - weighed * along;
      for (let b = 0; b < size; b++)
        matrix[a * size + b] = matrix[a * size + b]! + weighed * components[at + missing[b]!]!;
    }
  }
  for (let a = 0; a < size; a++) matrix[a * size + a] = matrix[a * size + a]! + 1 / residual;
  const lower = cholesky(matrix, size);
  // Where rounding leaves no solution the mean stays.
  if (lower === undefined) return;
  forwardSolve(lower, solved);
  backwardSolve(lower, solved);
  for (let a = 0; a < size; a++) unit[missing[a]!] = solved[a]!;
}

/** Calls back with each row on the scale, and with its place along each component. */
function eachRow(
  state: ComponentsState,
  rows: Rows,
  use: (row: number, unit: Float64Array, along: Float64Array) => void,
): void {
  const { values, width, count } = scaled(rows, state);
  const along = new Float64Array(state.variances.length);
  for (let row = 0; row < count; row++) {
    const unit = values.subarray(row * width, (row + 1) * width);
    fillMissing(state, unit);
    for (let i = 0; i < along.length; i++) {
      let sum = 0;
      for (let field = 0; field < width; field++) sum += unit[field]! * state.components[i * width + field]!;
      along[i] = sum;
    }
    use(row, unit, along);
  }
}
