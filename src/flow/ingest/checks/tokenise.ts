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
    const { type, tokens, vaulted } = fields[at]!;
    const before = tokens!.made;
    if (type === TYPE.text) {
      const known = tokens!.text(row.texts[at]!);
      row.texts[at] = known.token;
      if (vaulted) row.known[at] = known;
    } else {
      const known = tokens!.integer(row.numbers[at]!);
      row.numbers[at] = known.token;
      if (vaulted) row.known[at] = known;
    }
    made += tokens!.made - before;
  }
  return made;
}

/** How many values of a tokenised row the vault has not got yet. */
export function unkeptOf(row: Row): number {
  const { vaulted } = row.rules;
  let count = 0;
  for (let i = 0; i < vaulted.length; i++) {
    const at = vaulted[i]!;
    if (row.cells[at] === CELL.present && !row.known[at]!.kept) count++;
  }
  return count;
}
