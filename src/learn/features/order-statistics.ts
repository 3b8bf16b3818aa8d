/**
 * The quantile of sorted values by linear interpolation between closest ranks.
 *
 * @param sorted ascending, without NaN
 * @param level 0 <= level <= 1
 * @returns NaN if there are no values
 * @see Hyndman and Fan (1996), definition 7
 */
export function quantileOfSorted(sorted: Float64Array, level: number): number {
  if (sorted.length === 0) return NaN;
  const position = level * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (position - low) * (sorted[high]! - sorted[low]!);
}

/** The values that are not NaN, ascending, in a new array. */
export function sortedFinite(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

/** The median of the values that are not NaN; NaN if there are none. Finds it without sorting all of them. */
export function medianOf(values: Float64Array): number {
  const finite = values.filter((value) => value === value);
  const { length } = finite;
  if (length === 0) return NaN;
  const middle = (length - 1) >> 1;
  select(finite, middle);
  const low = finite[middle]!;
  if (length % 2 === 1) return low;
  let high = Infinity;
  for (let i = middle + 1; i < length; i++) if (finite[i]! < high) high = finite[i]!;
  // As between sorted values: half the way from the one to the other.
  return low + 0.5 * (high - low);
}

/**
 * Puts values in such an order that the one at a place is the one that would be there if all were sorted, those before it
 * no greater and those after it no less.
 *
 * @see Hoare, "Algorithm 65: find" (1961)
 */
function select(values: Float64Array, place: number): void {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1]!;
    let [low, high] = [from, to];
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const value = values[low]!;
      values[low] = values[high]!;
      values[high] = value;
      low++;
      high--;
    }
    if (place <= high) to = high;
    else if (place >= low) from = low;
    else return;
  }
}

/** Turns a median absolute deviation into a standard deviation where values are normal: 1 / Φ⁻¹(3/4). */
export const MAD_TO_SIGMA = 1.482602218505602;

/**
 * Centre and spread that half of the values may spoil: the median, and the scaled median absolute deviation.
 *
 * @returns NaN twice if all values are NaN; the spread is 0 where more than half of the values are equal
 */
export function robustCentre(values: Float64Array): { readonly centre: number; readonly spread: number } {
  const centre = medianOf(values);
  return { centre, spread: MAD_TO_SIGMA * medianOf(values.map((value) => Math.abs(value - centre))) };
}

/** How many of the sorted values are at most `value`, by bisection. */
export function countAtMost(sorted: Float64Array, value: number, from = 0, to = sorted.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - from;
}

/** How many of the sorted values are below `value`, by bisection. */
export function countBelow(sorted: Float64Array, value: number, from = 0, to = sorted.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low - from;
}
