import type { StorageError } from '#base/storage/index.ts';
import type { Segment } from './segment.ts';

/** A row that was changed: what it says of its segment in clear may be what was changed. */
export interface DamagedSegment {
  readonly id: string;
  readonly stream: string;
  /** STORAGE_ROW_DAMAGED, which names the row. */
  readonly error: StorageError;
}

/**
 * The damaged rows that readings of a stream may be missing by: those that name it, and those that name no stream which
 * there is, for then the name may be what was changed.
 *
 * @param isStream whether a stream is declared
 */
export function damagedFor(
  stream: string,
  { segments, damaged }: { readonly segments: readonly Segment[]; readonly damaged: readonly DamagedSegment[] },
  isStream: (name: string) => boolean,
): readonly DamagedSegment[] {
  const exists = (name: string): boolean => isStream(name) || segments.some((segment) => segment.stream === name);
  return damaged.filter((row) => row.stream === stream || !exists(row.stream));
}
