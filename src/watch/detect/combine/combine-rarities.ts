/** Close to the greatest, and yet two that agree outweigh one: between the root mean square (2) and the greatest (∞). */
export const POWER = 6;

/**
 * What several detectors say together of each row, each by how rare the row's score is among its own: their power mean,
 * which lets one that is sure outweigh others that see nothing.
 *
 * The rule of all ensembles, of tables as of series, but for those of one field.
 *
 * @see combineLately
 *
 * @param rarities one place for each row, for each detector; at least one detector
 */
export function combineRarities(rarities: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(rarities[0]!.length);
  for (const own of rarities) for (let row = 0; row < sums.length; row++) sums[row] = sums[row]! + own[row]! ** POWER;
  return sums.map((sum) => (sum / rarities.length) ** (1 / POWER));
}

/** The parts of several detectors in what they say together of a row: they add up to 1, or are all 0. */
export function sharesOfRarities(rarities: readonly number[]): readonly number[] {
  const powers = rarities.map((rarity) => rarity ** POWER);
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => (sum > 0 ? power / sum : 0));
}
