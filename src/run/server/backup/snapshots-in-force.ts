import type { BackupManifest, OpenEnvelope } from '#flow/store/index.ts';
import { problemOf } from '../api/problem.ts';
import type { BackupTarget } from './backup-targets.ts';
import type { PatientPlaces } from './patient-places.ts';
import { readSnapshot } from './read-snapshot.ts';

/** What lies at one target, as it says itself and signed. */
export interface SnapshotInForce {
  readonly target: string;
  readonly location: string;
  /** Null where it could not be read. */
  readonly manifest: Pick<BackupManifest, 'at' | 'segments'> | null;
  /** Code of what kept it from being read; null where nothing did. */
  readonly problem: string | null;
}

/** Reads what every target has now, one after the other; a place that does not answer is waited for once. */
export async function snapshotsInForce(
  targets: readonly BackupTarget[],
  places: PatientPlaces,
  open: OpenEnvelope,
): Promise<readonly SnapshotInForce[]> {
  const found: SnapshotInForce[] = [];
  for (const { id: target, place } of targets) {
    const { location } = place;
    try {
      const { manifest } = await readSnapshot(await places.open(place, { readOnly: true }), () => open);
      found.push({ target, location, manifest, problem: null });
    } catch (error) {
      found.push({ target, location, manifest: null, problem: problemOf(error).code });
    }
  }
  return found;
}
