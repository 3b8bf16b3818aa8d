import type { Class } from '#base/core/index.ts';
import { compactSegments } from './compact-segments.ts';
import type { CompactionPlan } from './plan-compaction.ts';
import type { SegmentKeySource } from './ports.ts';
import { sealSegment } from './seal-segment.ts';
import type { SealingParts, SegmentContent } from './seal-segment.ts';
import type { Segment } from './segment.ts';

/** Makes segments: the work of the store that takes long, wherever it is done. What it makes is not published yet. */
export interface SegmentMaker {
  /** @throws {StoreError} as `sealSegment` does */
  seal(content: SegmentContent): Promise<Segment>;
  /**
   * @param declared classes of the stream's columns in the template in force
   * @returns null where no row is kept
   * @throws {StoreError} as `compactSegments` does
   */
  compact(plan: CompactionPlan, declared: ReadonlyMap<string, Class>): Promise<Segment | null>;
}

/** Makes them in this thread. */
export function makeHere(parts: SealingParts & { readonly segmentKeys: SegmentKeySource }): SegmentMaker {
  return {
    seal: (content) => sealSegment(content, parts),
    compact: (plan, declared) => compactSegments(plan, { ...parts, declared: () => declared }),
  };
}
