import { CELL } from '../row.ts';
import type { Row } from '../row.ts';
import { TYPE } from '../stream-rules.ts';

/** Replaces identifiers by their tokens, once all that is checked of the originals was checked. */
export function tokeniseRow(row: Row): void {
  const { tokenised, fields } = row.rules;
  for (let i = 0; i < tokenised.length; i++) {
    const at = tokenised[i]!;
    if (row.cells[at] !== CELL.present) continue;
    const { type, tokens } = fields[at]!;
    if (type === TYPE.text) row.texts[at] = tokens!.text(row.texts[at]!);
    else row.numbers[at] = tokens!.integer(row.numbers[at]!);
  }
}
