import { defineFitted } from '../define-detector.ts';
import type { Rows } from '../rows.ts';
import { faultOfTails, learnTails, tailRarity } from './tail-probability.ts';
import type { Tails } from './tail-probability.ts';

/**
 * Copula-based outlier detection: like ECOD, with the tail that a field's skewness points to, or the mean of both
 * where that is more.
 *
 * @see Li et al., "COPOD: copula-based outlier detection" (ICDM 2020), algorithm 1
 */
export const copod = defineFitted({
  name: 'copod',
  version: 1,
  cost: 'moderate',
  missing: 'typical',
  options: { grid: { standard: 4096, least: 16, greatest: 65_536, whole: true, about: 'values kept of a field' } },
  fieldOrder: 'free',
  rowOrder: 'free',
  stateBytes: (width, { grid }) => 8 * (1 + width * (grid + 1)),
  fit: (rows, { options }): Tails => learnTails(rows, options.grid),
  score(state, rows, scores) {
    const shares = new Float64Array(rows.values.length);
    rarities(state, rows, shares);
    for (let row = 0; row < rows.count; row++) {
      let sum = 0;
      for (let field = 0; field < rows.width; field++) sum += shares[row * rows.width + field]!;
      scores[row] = sum;
    }
  },
  explain: rarities,
  fault: faultOfTails,
});

function rarities(state: Tails, { values, width }: Rows, into: Float64Array): void {
  const sides = new Float64Array(2);
  for (let i = 0; i < values.length; i++) {
    const field = i % width;
    tailRarity(state, field, values[i]!, sides);
    const [left, right] = [sides[0]!, sides[1]!];
    const skew = state.skew[field]!;
    const skewed = skew < 0 ? left : skew > 0 ? right : left + right;
    into[i] = Math.max(skewed, (left + right) / 2);
  }
}
