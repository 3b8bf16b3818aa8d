import type { Rows } from './rows.ts';

/**
 * Shares of fields in the score of rows, for detectors that have no better account of their own.
 *
 * A field's share is the mean of what it takes from the row's score when it is made typical, and of what it adds to
 * the score of a typical row: the first and the last of the orders that a Shapley value averages over. The first
 * alone would miss two fields that tell the same, the last alone what only shows in company.
 *
 * @param typical value of each field
 * @param score scores rows
 * @returns as many values as the block has: each row's sum up to 1, or are all 0
 */
export function occlude(rows: Rows, typical: Float64Array, score: (rows: Rows, scores: Float64Array) => void) {
  const { values, width, count } = rows;
  const shares = new Float64Array(count * width);
  // For each row: the row itself, the typical row, then each field made typical, then each field alone.
  const trials = 2 + 2 * width;
  const block = new Float64Array(trials * width);
  const scores = new Float64Array(trials);
  for (let row = 0; row < count; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    for (let trial = 0; trial < trials; trial++) {
      const isOwn = trial === 0 || (trial > 1 && trial < 2 + width);
      block.set(isOwn ? own : typical, trial * width);
    }
    for (let field = 0; field < width; field++) {
      block[(2 + field) * width + field] = typical[field]!;
      block[(2 + width + field) * width + field] = own[field]!;
    }
    score({ values: block, width, count: trials }, scores);
    for (let field = 0; field < width; field++) {
      const taken = scores[0]! - scores[2 + field]!;
      const added = scores[2 + width + field]! - scores[1]!;
      shares[row * width + field] = Math.max(0, taken) + Math.max(0, added);
    }
  }
  return normaliseShares(shares, width);
}

/** Makes each row's shares sum up to 1, in place; rows without any stay 0. */
export function normaliseShares(shares: Float64Array, width: number): Float64Array {
  for (let at = 0; at < shares.length; at += width) {
    // By the greatest first: the sum of very large shares would leave the range of doubles.
    let greatest = 0;
    for (let i = at; i < at + width; i++) greatest = Math.max(greatest, shares[i]!);
    if (!(greatest > 0)) continue;
    let sum = 0;
    for (let i = at; i < at + width; i++) sum += shares[i] = shares[i]! / greatest;
    for (let i = at; i < at + width; i++) shares[i] = shares[i]! / sum;
  }
  return shares;
}
