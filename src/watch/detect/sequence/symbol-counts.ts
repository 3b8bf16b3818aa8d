/**
 * Counts of what followed each context, in one flat array: a row of `symbols` counts for each context.
 *
 * @see Cleary and Witten, "Data compression using adaptive coding and partial string matching" (1984); Moffat's method C
 *   for what was never seen
 */
export interface ContextTable {
  readonly counts: Uint32Array;
  /** Where the table starts in the array. */
  readonly offset: number;
  readonly symbols: number;
}

/**
 * The probability of a symbol after a context: by its counts, and for what was never seen there by a fallback that
 * weighs as much as there are different symbols.
 *
 * @param fallback the probability of the symbol where nothing is known of the context
 */
export function probabilityAfter(
  { counts, offset, symbols }: ContextTable,
  context: number,
  symbol: number,
  fallback: number,
): number {
  const start = offset + context * symbols;
  let [all, different] = [0, 0];
  for (let i = start; i < start + symbols; i++) {
    const count = counts[i]!;
    all += count;
    if (count > 0) different += 1;
  }
  return all === 0 ? fallback : (counts[start + symbol]! + different * fallback) / (all + different);
}

/**
 * Counts a symbol after a context. What was counted long ago fades: where a context's counts reach `most` they are halved.
 */
export function countAfter(
  { counts, offset, symbols }: ContextTable,
  context: number,
  symbol: number,
  most: number,
): void {
  const start = offset + context * symbols;
  const at = start + symbol;
  const count = counts[at]! + 1;
  counts[at] = count;
  if (count < most) return;
  for (let i = start; i < start + symbols; i++) counts[i] = counts[i]! >>> 1;
}
