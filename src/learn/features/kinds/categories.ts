/** Categories that are told apart at most; those that come later are one. */
export const SYMBOLS = { least: 2, greatest: 16, whole: true } as const;

/**
 * The number of a category in a table of those that were seen, in the order of their coming; NaN is a free place. The
 * last number is that of all for which there is no place.
 *
 * @param table one place fewer than there are symbols
 */
export function symbolOf(table: Float64Array, value: number): number {
  for (let i = 0; i < table.length; i++) {
    const known = table[i]!;
    if (known === value) return i;
    if (known !== known) {
      table[i] = value;
      return i;
    }
  }
  return table.length;
}

/** The same by a map, for all rows at once. */
export function symbolIn(table: Map<number, number>, value: number, symbols: number): number {
  const known = table.get(value);
  if (known !== undefined) return known;
  if (table.size >= symbols - 1) return symbols - 1;
  table.set(value, table.size);
  return table.size - 1;
}
