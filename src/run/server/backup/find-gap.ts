import { formatMicros, micros, parseRfc3339, systemClock } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { BackupError } from '#flow/store/index.ts';
import type { OpenEnvelope } from '#flow/store/index.ts';
import { openCheckpoint } from '#trust/audit/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import { logOf } from '../control/open-log.ts';
import { cosignedBy } from '../control/settle-trust.ts';
import type { WitnessPlace } from '../control/settle-trust.ts';
import { openPlace } from './open-place.ts';
import type { BackupPlace } from './open-place.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { RestoredGap } from './restored-gap.ts';

/** What is known of a log outside of it. */
export interface KnownLog {
  /** Checkpoints that somebody kept, as signed notes. */
  readonly checkpoints?: readonly string[];
  /** Other places that the platform was backed up to. */
  readonly places?: readonly BackupPlace[];
  readonly witness?: WitnessPlace;
}

/**
 * What a log of this length lacks of what it is known to have had: up to the newest checkpoint that anybody knows of.
 *
 * @returns null where nothing is known to be missing
 * @throws {AuditError} AUDIT_CHECKPOINT_INVALID for a checkpoint of another log @throws {BackupError} of a place that is
 *   named and cannot be believed
 */
export async function findGap(
  size: number,
  { checkpoints = [], places = [], witness }: KnownLog,
  { custody, open }: { readonly custody: Custody; readonly open: OpenEnvelope },
): Promise<RestoredGap | null> {
  const { origin, keys } = await logOf(custody);
  const known: { readonly size: number; readonly end: Micros }[] = [];
  for (const note of checkpoints) known.push({ size: openCheckpoint(note, keys).size, end: systemClock.now() });
  for (const place of places) {
    const { manifest } = await readSnapshot(await openPlace(place, { readOnly: true }), () => open);
    // The log was copied after that; it grew by a moment at most.
    known.push({ size: manifest.log.size, end: parseRfc3339(manifest.at) ?? systemClock.now() });
  }
  const cosigned = witness === undefined ? null : await cosignedBy(witness, origin);
  if (cosigned !== null) known.push({ size: cosigned.size, end: micros(cosigned.time) });
  const newest = known.reduce((most, one) => Math.max(most, one.size), 0);
  if (newest <= size) return null;
  const end = Math.max(...known.filter((one) => one.size > size).map((one) => one.end));
  return { from: size, to: newest, end: micros(end) };
}

/** What a restore says that stops at a gap. */
export function gapFound({ from, to, end }: RestoredGap): BackupError {
  return new BackupError(
    'BACKUP_LOG_GAP',
    `Cannot restore: the log lacks its entries ${from} to ${to - 1}, the last of ${formatMicros(end)} at the latest`,
    {
      hint: 'Take a newer backup or the log itself (--log); --accept-gap goes on, and suspends certificates and consents',
    },
  );
}
