import type { SnapshotInForce } from '../backup/snapshots-in-force.ts';

/** What a backup has of a person. */
export interface SubjectBackup {
  readonly target: string;
  readonly location: string;
  /** The moment that it is of (RFC 3339); null where it could not be read. */
  readonly at: string | null;
  /** Segments there with rows about them, which its key ring opens, and these rows. */
  readonly segments: number;
  readonly rows: number;
  /** Segments there of the same streams that were replaced here since: they may have such rows. */
  readonly replaced: number;
  /** Code of what kept it from being read; null where nothing did. */
  readonly problem: string | null;
}

/**
 * Says of each backup what it has of a person, by segment: a backup has segments as sealed as they are here, so what was
 * found here is there too.
 *
 * @param held rows about the person by segment
 * @param streams those that may name the person
 * @param active segments that are here
 */
export function subjectBackups(
  snapshots: readonly SnapshotInForce[],
  held: ReadonlyMap<string, number>,
  streams: ReadonlySet<string>,
  active: ReadonlySet<string>,
): readonly SubjectBackup[] {
  return snapshots.map(({ target, location, manifest, problem }) => {
    const there = new Map(manifest?.segments.map(({ id, stream }) => [id, stream]));
    const own = [...there.keys()].filter((id) => held.has(id));
    return {
      target,
      location,
      at: manifest?.at ?? null,
      segments: own.length,
      rows: own.reduce((sum, id) => sum + (held.get(id) ?? 0), 0),
      replaced: [...there].filter(([id, stream]) => streams.has(stream) && !active.has(id)).length,
      problem,
    };
  });
}
