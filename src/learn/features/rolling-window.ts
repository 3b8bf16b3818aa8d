import { MAD_TO_SIGMA } from './order-statistics.ts';

/**
 * The last values of a series, in the order in which they came and in that of their size, in an array of
 * 1 + 2 × `capacity` doubles: how many came, a ring, and the values in it ascending.
 */
export type RollingWindow = Float64Array;

/** Takes a value in; the oldest goes where there is no more room. Time is linear in the capacity, by moving memory. */
export function rollIn(window: RollingWindow, value: number): void {
  const capacity = (window.length - 1) >> 1;
  const came = window[0]!;
  const held = Math.min(came, capacity);
  const sorted = window.subarray(1 + capacity);
  let kept = held;
  const place = 1 + (came % capacity);
  if (held === capacity) {
    const gone = firstAtLeast(sorted, held, window[place]!);
    sorted.copyWithin(gone, gone + 1, held);
    kept -= 1;
  }
  const at = firstAtLeast(sorted, kept, value);
  sorted.copyWithin(at + 1, at, kept);
  sorted[at] = value;
  window[place] = value;
  window[0] = came + 1;
}

/** The median of the values that are held; NaN if there are none. */
export function rollingMedian(window: RollingWindow): number {
  const capacity = (window.length - 1) >> 1;
  const held = Math.min(window[0]!, capacity);
  if (held === 0) return NaN;
  const low = window[1 + capacity + ((held - 1) >> 1)]!;
  return low + 0.5 * (window[1 + capacity + (held >> 1)]! - low);
}

/** Their scaled median absolute deviation: from the median outwards on both sides until half of them are passed. */
export function rollingSpread(window: RollingWindow): number {
  const capacity = (window.length - 1) >> 1;
  const held = Math.min(window[0]!, capacity);
  if (held === 0) return NaN;
  const median = rollingMedian(window);
  const base = 1 + capacity;
  let left = (held - 1) >> 1;
  let right = left + 1;
  let [before, last] = [0, 0];
  for (let taken = 0; taken <= held >> 1; taken++) {
    const down = left >= 0 ? median - window[base + left]! : Infinity;
    const up = right < held ? window[base + right]! - median : Infinity;
    before = last;
    if (down <= up) left--;
    else right++;
    last = Math.min(down, up);
  }
  return MAD_TO_SIGMA * (held % 2 === 1 ? last : before + 0.5 * (last - before));
}

function firstAtLeast(sorted: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
