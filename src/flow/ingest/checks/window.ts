import { REASON } from '../reasons.ts';
import type { Row } from '../row.ts';
import { windowEnd, windowStart } from '../windows/window-layout.ts';

/**
 * Whether the window that a reading belongs to still takes readings: until the stream's `wait` after its end, seen from
 * the time of receipt. Its rows are written soon after, and no second one is made of a window.
 */
export function checkWindow(row: Row, received: number): number {
  const { windows } = row.rules;
  if (windows === null) return REASON.admitted.number;
  const { layout } = windows;
  const time = row.timeGiven ? row.time : received;
  const isOpen = time >= layout.since && received < windowEnd(windowStart(time, layout), layout) + layout.wait;
  return isOpen ? REASON.admitted.number : REASON.windowClosed.number;
}
