import type { Limits } from '#declare/template/index.ts';
import { REASON } from '../reasons.ts';

/** Whether a payload is small enough to be looked at. Costs nothing, so it is the first check. */
export function checkSize(length: number, limits: Limits): number {
  return length > limits.payloadBytes ? REASON.size.number : REASON.admitted.number;
}
