import { isUnderOtherClass } from './declared-classes.ts';
import type { DeclaredClasses } from './declared-classes.ts';
import type { CompactionPlan } from './plan-compaction.ts';
import type { Segment } from './segment.ts';

/**
 * Decides which segment to seal anew because the template has another class for one of its columns by now: the oldest
 * one. A segment whose classes are as declared is left as it is.
 *
 * @param segments active ones of all streams
 * @returns null where nothing is to be done
 */
export function planReseal(segments: readonly Segment[], declared: DeclaredClasses): CompactionPlan | null {
  let oldest: Segment | null = null;
  for (const segment of segments) {
    const isOlder = oldest === null || segment.created < oldest.created;
    if (isOlder && isUnderOtherClass(segment, declared)) oldest = segment;
  }
  return oldest === null ? null : { stream: oldest.stream, inputs: [oldest] };
}
