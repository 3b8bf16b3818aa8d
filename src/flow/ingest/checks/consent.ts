import { REASON } from '../reasons.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';

/**
 * Whether the person whom the row is about agrees to it being taken. Asked once identifiers are tokens, and before any
 * check whose refusals keep a payload: of somebody who does not agree nothing is kept. A row that names nobody is
 * refused, for then nobody can have agreed.
 *
 * @param received epoch microseconds: the consent that counts is that of now
 * @returns a reason number
 */
export function checkConsent(row: Row, received: number): number {
  const consent = row.rules.consent;
  if (consent === null) return REASON.admitted.number;
  const { subject, given } = consent;
  if (row.cells[subject] === CELL.present && given.covers(row.texts[subject]!, received)) return REASON.admitted.number;
  row.place = '';
  return REASON.consent.number;
}
