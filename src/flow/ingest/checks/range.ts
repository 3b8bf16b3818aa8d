import { REASON } from '../reasons.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';

/** Whether each value lies within its declared bounds, both inclusive. */
export function checkRange(row: Row): number {
  const { ranged, fields } = row.rules;
  for (let i = 0; i < ranged.length; i++) {
    const at = ranged[i]!;
    if (row.cells[at] !== CELL.present) continue;
    const field = fields[at]!;
    const value = row.numbers[at]!;
    if (value < field.low || value > field.high) {
      row.place = field.name;
      return REASON.range.number;
    }
  }
  return REASON.admitted.number;
}
