import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';

/**
 * When a request of a person has to be answered at the latest: a month after it came, on the day of the same number, or on
 * the last of the month where that has no such day.
 *
 * @param received epoch microseconds
 * @see Regulation (EU) 2016/679 article 12(3); Regulation (EEC) 1182/71 article 3(2)(c)
 */
export function dueDate(received: Micros): Micros {
  const from = new Date(Math.floor(received / 1_000));
  const days = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 2, 0)).getUTCDate();
  const due = new Date(from);
  due.setUTCMonth(from.getUTCMonth() + 1, Math.min(from.getUTCDate(), days));
  return micros(due.getTime() * 1_000);
}
