import { medianOf, sortedFinite } from '#learn/features/index.ts';
import { columnOf } from '../rows.ts';
import type { Rows } from '../rows.ts';

/** A value is absurd that lies so many times farther from the median of its field than half of them do. */
const ABSURD = 50;
/** Where half of them are the same nothing tells how far a value may go: then absurd is so many times their size. */
const ABSURD_SIZE = 10;
/** And their size is no less than this. */
const LEAST_SIZE = 100;
/** Values of a field that can tell which of them is absurd. */
const LEAST_VALUES = 4;

/**
 * The first rows of a device without what is absurd in them: a baseline averages them plainly, and a sensor that starts
 * with a wild value would be blind for thousands of readings.
 *
 * @returns their values with absurd ones missing; null where none is
 */
export function withoutAbsurd(rows: Rows): Float64Array | null {
  let sound: Float64Array | null = null;
  for (let field = 0; field < rows.width; field++) {
    const column = columnOf(rows, field);
    const middle = medianOf(column);
    const away = column.map((value) => Math.abs(value - middle));
    const most = mostAway(away, middle);
    for (let row = 0; row < rows.count; row++) {
      if (!(away[row]! > most)) continue;
      sound ??= rows.values.slice();
      sound[row * rows.width + field] = NaN;
    }
  }
  return sound;
}

/** How far from the median values may lie, by how far all of them do; NaN is missing. */
function mostAway(away: Float64Array, middle: number): number {
  const sorted = sortedFinite(away);
  if (sorted.length < LEAST_VALUES) return Infinity;
  const near = sorted[sorted.length >> 1]!;
  return near > 0 ? ABSURD * near : ABSURD_SIZE * Math.max(Math.abs(middle), LEAST_SIZE);
}
