import type { DeviceTable } from '#trust/identity/index.ts';
import { REASON } from '../reasons.ts';
import type { StreamRules } from '../stream-rules.ts';

/**
 * Takes one reading out of the bucket of a device and stream: filled at the stream's rate, holding its burst.
 * Before decoding, so that a flood costs no parsing. The record is locked by the caller.
 */
export function checkRate(table: DeviceTable, record: number, rules: StreamRules, received: number): number {
  return table.takeToken(record, received, rules.perSecond, rules.burst) ? REASON.admitted.number : REASON.rate.number;
}
