import { PlatformError } from '#base/core/index.ts';

export type BackupErrorCode =
  | 'BACKUP_LOCATION_INVALID'
  | 'BACKUP_REGION_REFUSED'
  | 'BACKUP_TARGET_UNKNOWN'
  | 'BACKUP_TARGET_TAKEN'
  | 'BACKUP_TARGET_CONFLICT'
  | 'BACKUP_MISSING'
  | 'BACKUP_DAMAGED'
  | 'BACKUP_NEWER'
  | 'BACKUP_VERSIONED_REFUSED'
  | 'BACKUP_LOG_GAP'
  | 'BACKUP_LOG_OTHER'
  | 'BACKUP_BUSY';

/** Raised where a backup is made, verified or restored. */
export class BackupError extends PlatformError<BackupErrorCode> {}

/** The copy is not what was written. One message for all that an adversary could have done to it. */
export function damaged(what: string, cause?: unknown): BackupError {
  return new BackupError('BACKUP_DAMAGED', `Cannot believe the backup: ${what}`, {
    hint: 'Take another copy, or mend this one with `npm run -s weir -- backup create --check` while the platform runs',
    cause,
  });
}
