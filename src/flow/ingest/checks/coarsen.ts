import { CELL } from '../row.ts';
import type { Row } from '../row.ts';
import type { FieldRule } from '../stream-rules.ts';

/**
 * A value on its grid, the nearer neighbour, up where both are as near. A grid that divides one, such as 0.001, gives
 * the doubles that those decimals are, so that equal places are equal values.
 *
 * @param grid above zero, in the unit of the value
 */
export function coarsen(value: number, grid: number): number {
  const perOne = Math.round(1 / grid);
  const coarse = perOne * grid === 1 ? Math.round(value * perOne) / perOne : Math.round(value / grid) * grid;
  // Beyond what a double counts in such steps the value lies on the grid, as far as that can be told.
  return Number.isFinite(coarse) ? coarse + 0 : value;
}

/** The value of a field as it is stored. */
export function storedNumber(field: FieldRule, value: number): number {
  return field.grid === 0 ? value : coarsen(value, field.grid);
}

/** Puts the values of an admitted reading on the grids that their fields declare. */
export function coarsenRow(row: Row): void {
  const { coarsened, fields } = row.rules;
  for (let i = 0; i < coarsened.length; i++) {
    const at = coarsened[i]!;
    if (row.cells[at] === CELL.present) row.numbers[at] = coarsen(row.numbers[at]!, fields[at]!.grid);
  }
}
