import { bytes } from '#base/core/index.ts';
import type { ByteCount, Micros } from '#base/core/index.ts';
import { placeOf } from './archive/place-key.ts';
import type { Segment } from './segment.ts';
import type { SubjectRows } from './subject-rows.ts';

/** When segments are merged into a larger one. */
export interface CompactionLimits {
  /** So many segments of one tier become one of the next. */
  readonly fanIn: number;
  /** Rows of the largest segment that compaction makes: they are merged in memory. */
  readonly rows: number;
  /** Sealed bytes that one merge takes in at most. */
  readonly bytes: ByteCount;
}

export const COMPACTION_LIMITS: CompactionLimits = {
  fanIn: 8,
  rows: 1_048_576,
  bytes: bytes(256 * 1_048_576),
};

/** Segments of one stream that are to become one. */
export interface CompactionPlan {
  readonly stream: string;
  readonly inputs: readonly Segment[];
  /** Readings received before this are left out (epoch microseconds). */
  readonly keptFrom?: Micros;
  /** Region of what it is stored in; null where nothing says. */
  readonly standsIn?: string | null;
  /** Rows about a person that are left out, or corrected where it says so. */
  readonly without?: SubjectRows;
  /** Place that the result belongs to; absent where it is that of the inputs. */
  readonly place?: string;
}

/** The tier of a segment: powers of the fan-in that its rows make. */
export function tierOf(rows: number, fanIn: number): number {
  return Math.max(0, Math.floor(Math.log(Math.max(rows, 1)) / Math.log(fanIn)));
}

/**
 * Decides what to merge next: the lowest tier of which some stream has enough (as many segments as the fan-in, or
 * rows for one of full size), oldest readings first. Each row is
 * so written anew once per tier.
 *
 * @param segments active ones of all streams; what lies in different places is never merged
 * @returns null where nothing is to be done
 */
export function planCompaction(segments: readonly Segment[], limits: CompactionLimits): CompactionPlan | null {
  const groups = new Map<string, { readonly stream: string; readonly tier: number; readonly members: Segment[] }>();
  for (const segment of segments) {
    // A merge could not add even one more as large as itself.
    if (segment.rows * 2 > limits.rows || segment.size * 2 > limits.bytes) continue;
    const tier = tierOf(segment.rows, limits.fanIn);
    // What has to stay in different regions never lies together.
    const key = `${tier} ${segment.stream} ${segment.region ?? ''} ${placeOf(segment.objectKey)?.place ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { stream: segment.stream, tier, members: [segment] });
    else group.members.push(segment);
  }
  const ready = [...groups.values()]
    .filter(({ members }) => members.length >= limits.fanIn || rowsOf(members) >= limits.rows)
    .sort((a, b) => a.tier - b.tier || b.members.length - a.members.length);
  for (const { stream, members } of ready) {
    const inputs = oldestThatFit(members, limits);
    if (inputs.length >= 2) return { stream, inputs };
  }
  return null;
}

/** As many segments as one merge takes, oldest readings first. */
export function oldestThatFit(segments: readonly Segment[], limits: CompactionLimits): readonly Segment[] {
  const inputs: Segment[] = [];
  let rows = 0;
  let size = 0;
  for (const one of segments.toSorted((a, b) => a.minTime - b.minTime || (a.id < b.id ? -1 : 1))) {
    if (inputs.length === limits.fanIn || rows + one.rows > limits.rows || size + one.size > limits.bytes) break;
    inputs.push(one);
    rows += one.rows;
    size += one.size;
  }
  return inputs;
}

function rowsOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.rows, 0);
}
