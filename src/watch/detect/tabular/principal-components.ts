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
 * Sees what breaks the relation between fields though each is in its range.
 *
 * @see Jackson and Mudholkar, "Control procedures for residuals associated with principal component analysis" (1979);
 *   Yue and Qin, "Reconstruction-based fault identification using a combined index" (2001)
 */
export const principalComponents = defineFitted({
  name: 'principal-components',
  version: 1,
  cost: 'moderate',
  missing: 'typical',
  options: {
    explained: { standard: 0.99, least: 0.01, greatest: 1, whole: false, about: 'share of the variance that is kept' },
  },
  fieldOrder: 'free',
  rowOrder: 'free',
  stateBytes: (width) => 8 * (width * width + 3 * width + 1),
  fit(rows, { options, width }): ComponentsState {
    const scaling = scaleByDeviation(rows);
    const unit = scaled(rows, scaling);
    const { values, vectors } = symmetricEigen(covarianceOf(unit, meanOf(unit)), width);
    const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
    let kept = 0;
    let explained = 0;
    // Rounding leaves tiny variances where there are none: these directions are left to Q.
    while (kept < width && explained < options.explained * total && values[kept]! > 1e-9 * values[0]!) {
      explained += values[kept++]!;
    }
    return {
      ...scaling,
      components: vectors.slice(0, kept * width),
      variances: values.slice(0, kept),
      residual: Math.max(total - explained, 1e-6 * total, Number.MIN_VALUE),
    };
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
    const { width } = rows;
    eachRow(state, rows, (row, unit, along) => {
      for (let field = 0; field < width; field++) {
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
    for (let i = 0; i < along.length; i++) {
      let sum = 0;
      for (let field = 0; field < width; field++) sum += unit[field]! * state.components[i * width + field]!;
      along[i] = sum;
    }
    use(row, unit, along);
  }
}
