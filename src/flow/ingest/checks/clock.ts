import { REASON } from '../reasons.ts';
import type { Row } from '../row.ts';

/**
 * Whether the time that a device gave lies where the stream accepts it, seen from the time of receipt.
 * A reading without a time of its own takes the time of receipt and cannot be wrong.
 */
export function checkClock(row: Row, received: number): number {
  if (!row.timeGiven) return REASON.admitted.number;
  if (row.time < received - row.rules.late) return REASON.clockLate.number;
  if (row.time > received + row.rules.early) return REASON.clockEarly.number;
  return REASON.admitted.number;
}
