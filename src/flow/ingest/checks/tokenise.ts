import { CELL } from '../row.ts';
import type { Row } from '../row.ts';
import { TYPE } from '../stream-rules.ts';

/**
 * Replaces identifiers by their tokens, once all that can be said of the originals alone was said.
 *
 * @returns how many of the values were new to this worker
 */
export function tokeniseRow(row: Row): number {
  const { tokenised, fields } = row.rules;
  let made = 0;
  for (let i = 0; i < tokenised.length; i++) {
    const at = tokenised[i]!;
    if (row.cells[at] !== CELL.present) continue;
    const { type, tokens } = fields[at]!;
    const before = tokens!.made;
    if (type === TYPE.text) row.texts[at] = tokens!.text(row.texts[at]!);
    else row.numbers[at] = tokens!.integer(row.numbers[at]!);
    made += tokens!.made - before;
  }
  return made;
}
