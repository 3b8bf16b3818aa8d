import { quantileOfSorted, robustCentre, sortedFinite } from '#learn/features/index.ts';
import { columnOf } from '../rows.ts';
import type { Rows } from '../rows.ts';

/** What puts fields of different units on one scale: (value − centre) / spread. */
export type Scaling = { readonly centre: Float64Array; readonly spread: Float64Array };

/** Mean and standard deviation of the values that each field has; a constant field keeps its unit. */
export function scaleByDeviation(rows: Rows): Scaling {
  const { values, width } = rows;
  const centre = new Float64Array(width);
  const spread = new Float64Array(width);
  const counts = new Float64Array(width);
  for (let i = 0; i < values.length; i++) if (values[i] === values[i]) counts[i % width] = counts[i % width]! + 1;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === values[i]) centre[i % width] = centre[i % width]! + values[i]! / counts[i % width]!;
  }
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== values[i]) continue;
    spread[i % width] = spread[i % width]! + (values[i]! - centre[i % width]!) ** 2 / counts[i % width]!;
  }
  for (let field = 0; field < width; field++) spread[field] = usable(Math.sqrt(spread[field]!), centre[field]!);
  return { centre, spread };
}

/**
 * Median and scaled median absolute deviation of each field. Where more than half of the values are equal the spread is
 * taken of the middle 99 % of values; a constant field keeps its unit.
 */
export function scaleRobustly(rows: Rows): Scaling {
  const centre = new Float64Array(rows.width);
  const spread = new Float64Array(rows.width);
  for (let field = 0; field < rows.width; field++) {
    const column = columnOf(rows, field);
    const robust = robustCentre(column);
    centre[field] = robust.centre;
    spread[field] = usable(robust.spread, robust.centre, () => {
      const sorted = sortedFinite(column);
      return (quantileOfSorted(sorted, 0.995) - quantileOfSorted(sorted, 0.005)) / 5.15;
    });
  }
  return { centre, spread };
}

/** The block on the scale, in a new array. */
export function scaled({ values, width, count }: Rows, { centre, spread }: Scaling): Rows {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = (values[i]! - centre[i % width]!) / spread[i % width]!;
  return { values: out, width, count };
}

/** A spread that divides: rounding about a constant is no spread. */
function usable(spread: number, centre: number, otherwise: () => number = () => 0): number {
  const least = 1e-12 * Math.abs(centre);
  if (spread > least) return spread;
  const other = otherwise();
  return other > least ? other : 1;
}
