import { isAbsolute } from 'node:path';
import { openDirectoryObjects } from '#base/storage/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { BackupError } from '#flow/store/index.ts';

/** Where backups go: a directory by its absolute path. */
export interface BackupPlace {
  readonly location: string;
}

/**
 * Opens a place of backups.
 *
 * @param options `readOnly` changes nothing there
 * @throws {BackupError} BACKUP_LOCATION_INVALID @throws {StorageError} STORAGE_IO
 */
export async function openPlace(place: BackupPlace, options: { readonly readOnly?: boolean } = {}): Promise<Objects> {
  const { location } = place;
  if (!isAbsolute(location)) {
    throw new BackupError('BACKUP_LOCATION_INVALID', `Cannot use ${location}: it is no absolute path`, {
      hint: 'Name a directory by its absolute path',
    });
  }
  return openDirectoryObjects(location, options);
}
