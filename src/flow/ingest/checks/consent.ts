import { REASON } from '../reasons.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';

/**
 * Whether the person whom the row is about agrees to it being taken. Asked once identifiers are tokens, and before any
 * check whose refusals keep a payload: of somebody who does not agree nothing is kept. A row that names nobody is
 * refused, for then nobody can have agreed.
 *
 * One purpose of the stream is enough. A field that is for other purposes alone is then withheld from the row.
 *
 * @param received epoch microseconds: the consent that counts is that of now
 * @returns a reason number
 */
export function checkConsent(row: Row, received: number): number {
  const consent = row.rules.consent;
  if (consent === null) return REASON.admitted.number;
  const { subject, given, limited } = consent;
  const standing = row.cells[subject] === CELL.present ? given.standing(row.texts[subject]!, received) : 0;
  if (standing === 0) {
    row.place = '';
    return REASON.consent.number;
  }
  for (let i = 0; i < limited.length; i++) {
    const { at, purposes } = limited[i]!;
    if ((standing & purposes) === 0 && row.cells[at] === CELL.present) row.cells[at] = CELL.withheld;
  }
  return REASON.admitted.number;
}
