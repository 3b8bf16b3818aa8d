import { damagedFor } from '#flow/store/index.ts';
import type { DamagedSegment } from '#flow/store/index.ts';
import type { SegmentHost } from '../control/segment-host.ts';

export interface UnbelievedParts {
  readonly segments: Pick<SegmentHost, 'damaged' | 'active'>;
  /** Whether a stream was ever declared. */
  readonly isStream: (name: string) => boolean;
}

/**
 * Segments of streams whose rows of the catalogue were changed: nobody can look into them, and they may hold readings about
 * anybody. Rows that say that their objects are gone are not looked at.
 */
export async function unbelievedSegments(
  streams: ReadonlySet<string>,
  { segments, isStream }: UnbelievedParts,
): Promise<readonly DamagedSegment[]> {
  const damaged = await segments.damaged();
  if (damaged.length === 0) return [];
  const set = { segments: await segments.active(), damaged };
  return [...new Set([...streams].flatMap((stream) => damagedFor(stream, set, isStream)))];
}
