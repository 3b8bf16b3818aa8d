import type { CompactionPlan } from './plan-compaction.ts';
import { receiptOf } from './retention.ts';
import type { Retention } from './retention.ts';
import type { Segment } from './segment.ts';

/**
 * Decides which segment to rid of readings that are kept no longer: the one with the oldest of them.
 *
 * @param segments active ones of all streams
 * @returns null where nothing is to go
 */
export function planExpiry(segments: readonly Segment[], retention: Retention): CompactionPlan | null {
  let oldest: Segment | null = null;
  for (const segment of segments) {
    const { first } = receiptOf(segment);
    const isOlder = oldest === null || first < receiptOf(oldest).first;
    if (isOlder && first < (retention.keptFrom(segment.stream) ?? -Infinity) && !retention.isHeld(segment))
      oldest = segment;
  }
  if (oldest === null) return null;
  const { stream } = oldest;
  return { stream, inputs: [oldest], keptFrom: retention.keptFrom(stream)! };
}
