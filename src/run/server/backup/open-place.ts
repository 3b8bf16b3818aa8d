import { isAbsolute } from 'node:path';
import { openDirectoryObjects, openS3Objects } from '#base/storage/index.ts';
import type { Objects, S3Credentials, S3Place } from '#base/storage/index.ts';
import { BackupError } from '#flow/store/index.ts';

/** Where backups are. */
export interface BackupPlace {
  /** A directory by its absolute path, or `s3://<bucket>` with what keys begin with behind a slash. */
  readonly location: string;
  /** Of a bucket: how it is reached. */
  readonly s3?: S3Access;
  /** Region that it stands in; absent for a directory where the platform stands. */
  readonly standsIn?: string;
}

export interface S3Access {
  /** URL of the object store; by default that of the region at the first provider. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials: S3Credentials;
}

const BUCKET = /^s3:\/\/([^/]+)(?:\/(.*?))?\/*$/;
const REGION = 'us-east-1';

/**
 * Opens a place of backups.
 *
 * @param options `readOnly` changes nothing there; `again` is for who has opened it before and may be writing to it
 * @throws {BackupError} BACKUP_LOCATION_INVALID, BACKUP_VERSIONED_REFUSED @throws {StorageError} STORAGE_IO
 */
export async function openPlace(
  place: BackupPlace,
  options: { readonly readOnly?: boolean; readonly again?: boolean } = {},
): Promise<Objects> {
  const { location } = place;
  const bucket = BUCKET.exec(location);
  if (bucket !== null) return openBucket(place, bucket[1] ?? '', bucket[2] ?? '', options.readOnly === true);
  if (!isAbsolute(location)) {
    throw new BackupError('BACKUP_LOCATION_INVALID', `Cannot use ${location}: it is no absolute path`, {
      hint: 'Name a directory by its absolute path, or a bucket as s3://BUCKET/PREFIX',
    });
  }
  return openDirectoryObjects(location, options);
}

async function openBucket(
  { location, s3 }: BackupPlace,
  bucket: string,
  prefix: string,
  readOnly: boolean,
): Promise<Objects> {
  if (s3 === undefined) {
    throw new BackupError('BACKUP_LOCATION_INVALID', `Cannot use ${location}: nothing says how it is reached`, {
      hint: 'Name the file with the credentials of the object store with --credentials-file',
    });
  }
  const { region = REGION, endpoint = `https://s3.${region}.amazonaws.com`, credentials } = s3;
  const place: S3Place = { endpoint, region, bucket, prefix, credentials };
  const objects = openS3Objects(place);
  // To read is harmless: who restores takes what there is.
  if (!readOnly && (await objects.keepsVersions()) !== false) {
    throw new BackupError(
      'BACKUP_VERSIONED_REFUSED',
      `Cannot use ${location}: the bucket may keep what is replaced, so that what is erased would stay`,
      { hint: 'Take a bucket without versioning, and let these credentials ask for it (s3:GetBucketVersioning)' },
    );
  }
  return objects;
}
