import { defineFitted } from '../define-detector.ts';
import type { Rows } from '../rows.ts';
import { faultOfTails, learnTails, tailRarity } from './tail-probability.ts';
import type { Tails } from './tail-probability.ts';

/**
 * Empirical cumulative distribution outlier detection: the sum over fields of how far out in its tail a value is. No
 * settings that matter, and an account of each field for nothing.
 *
 * Of each field the rarer tail counts, which is never less than the tail that its skewness points to.
 *
 * @see Li et al., "ECOD: unsupervised outlier detection using empirical cumulative distribution functions" (2022)
 */
export const ecod = defineFitted({
  name: 'ecod',
  version: 1,
  cost: 'moderate',
  missing: 'typical',
  options: { grid: { standard: 4096, least: 16, greatest: 65_536, whole: true, about: 'values kept of a field' } },
  fieldOrder: 'free',
  rowOrder: 'free',
  stateBytes: (width, { grid }) => 8 * (1 + width * (grid + 1)),
  fit: (rows, { options }): Tails => learnTails(rows, options.grid),
  score(state, rows, scores) {
    eachRarity(state, rows, (row, _, rarity, field) => {
      scores[row] = (field === 0 ? 0 : scores[row]!) + rarity;
    });
  },
  explain(state, rows, shares) {
    eachRarity(state, rows, (_, place, rarity) => {
      shares[place] = rarity;
    });
  },
  fault: faultOfTails,
});

function eachRarity(
  state: Tails,
  { values, width, count }: Rows,
  use: (row: number, place: number, rarity: number, field: number) => void,
): void {
  const sides = new Float64Array(2);
  for (let row = 0; row < count; row++) {
    for (let field = 0; field < width; field++) {
      const place = row * width + field;
      tailRarity(state, field, values[place]!, sides);
      const [left, right] = [sides[0]!, sides[1]!];
      // An even field counts both tails, as the reference implementation has it.
      const rarity = state.skew[field] === 0 ? left + right : Math.max(left, right);
      use(row, place, rarity, field);
    }
  }
}
