import { coarsen, coarsenTime } from '../grid.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';
import { TYPE } from '../stream-rules.ts';
import type { FieldRule } from '../stream-rules.ts';

/** The value of a field as it is stored. */
export function storedNumber({ grid, type }: FieldRule, value: number): number {
  if (grid === 0) return value;
  return type === TYPE.time ? coarsenTime(value, grid) : coarsen(value, grid);
}

/** Puts the values of an admitted reading on the grids that their fields declare. */
export function coarsenRow(row: Row): void {
  const { coarsened, fields } = row.rules;
  for (let i = 0; i < coarsened.length; i++) {
    const at = coarsened[i]!;
    if (row.cells[at] === CELL.present) row.numbers[at] = storedNumber(fields[at]!, row.numbers[at]!);
  }
}
