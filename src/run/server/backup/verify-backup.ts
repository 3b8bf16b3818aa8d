import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { blobKey, DESCRIPTION_KEY, inParallel, readHashed } from '#flow/store/index.ts';
import type { BackupManifest, OpenEnvelope } from '#flow/store/index.ts';
import { formatDescription, readSnapshot } from './read-snapshot.ts';

/** What a look at every byte of a backup found. */
export interface BackupReport {
  readonly target: string;
  readonly snapshot: string;
  readonly at: string;
  readonly deployment: string;
  readonly segments: number;
  readonly objects: number;
  readonly bytes: number;
  readonly log_size: number;
  /** Objects that are missing or were changed. */
  readonly damaged: readonly string[];
  /** Segments that the platform itself had lost when the backup was made, by id. */
  readonly missing: readonly string[];
}

const AT_ONCE = 3;

/**
 * Reads every byte of a backup and holds it against what was signed. Needs no key that opens anything.
 *
 * @throws {BackupError} BACKUP_MISSING, BACKUP_DAMAGED where ring or manifest cannot be believed, BACKUP_NEWER
 */
export async function verifyBackup(
  from: Objects,
  open: OpenEnvelope,
  onProgress: (done: number, total: number) => void,
): Promise<BackupReport> {
  const { manifest } = await readSnapshot(from, () => open);
  const wanted = objectsOf(manifest);
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  const damaged: string[] = [];
  let done = 0;
  await inParallel(wanted, AT_ONCE, async ({ key, size, digest }) => {
    const isThere = (await from.size(key)) === size;
    if (!isThere || (await readHashed(from, key, size)).digest !== digest) damaged.push(key);
    done += size;
    onProgress(done, total);
  });
  return {
    target: manifest.target,
    snapshot: manifest.snapshot,
    at: manifest.at,
    deployment: manifest.deployment,
    segments: manifest.segments.length,
    objects: wanted.length,
    bytes: total,
    log_size: manifest.log.size,
    damaged: damaged.toSorted(),
    missing: manifest.missing,
  };
}

/** All objects that a snapshot consists of besides ring and manifest. */
export function objectsOf(manifest: BackupManifest): readonly { key: string; size: number; digest: string }[] {
  const { segments, files, target, deployment } = manifest;
  const parts = files.flatMap((file) => file.parts);
  const description = encodeUtf8(formatDescription({ id: target, deployment }));
  const own = { key: DESCRIPTION_KEY, size: description.length, digest: sha256Hex(description) };
  return [own, ...segments, ...parts.map(({ blob, size }) => ({ key: blobKey(blob), size, digest: blob }))];
}
