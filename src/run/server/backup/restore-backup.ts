import { chmod, cp, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fromBase64, hasCode, systemClock as clock } from '#base/core/index.ts';
import type { Log } from '#base/core/index.ts';
import { AeadKey, systemRandom as random } from '#base/crypto/index.ts';
import { openDirectoryObjects, openSqliteCatalogue } from '#base/storage/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { backupDamaged, BackupError, copyObject, inParallel, openBackupFile } from '#flow/store/index.ts';
import type { BackupFile, BackupManifest, BackupRing } from '#flow/store/index.ts';
import { directorySource, verifyLog } from '#trust/audit/index.ts';
import { openCustody, restoreFileCustody, writeKeyFolder, writeKeyRows } from '#trust/keys/index.ts';
import type { Custody, CustodySecrets } from '#trust/keys/index.ts';
import { NOTHING_DECLARED } from '../control/nothing-declared.ts';
import { openTrust } from '../control/open-trust.ts';
import { logOf } from '../control/open-log.ts';
import { layoutOf, lockDirectory, makeDirectories } from '../data-directory.ts';
import type { DataDirectory } from '../data-directory.ts';
import { custodyEnvelopes } from './custody-envelopes.ts';
import { openPlace } from './open-place.ts';
import type { BackupPlace } from './open-place.ts';
import { readDescription, readSnapshot } from './read-snapshot.ts';
import type { Snapshot } from './read-snapshot.ts';
import { findGap, gapFound } from './find-gap.ts';
import type { KnownLog } from './find-gap.ts';
import { noteGap } from './restored-gap.ts';
import type { RestoredGap } from './restored-gap.ts';
import { purposeOf } from './write-snapshot.ts';

export interface RestoreOptions {
  readonly place: BackupPlace;
  /** Where the platform is to be: a directory that is not there, or empty. */
  readonly data: string;
  readonly auditDirectory?: string;
  /** What opens the root key; with `shares` what the new passphrase is. */
  readonly secrets: CustodySecrets;
  /** Lines of the recovery kit, where the passphrase is lost. */
  readonly shares?: readonly string[];
  /** Folder of a log that outlived the platform: newer than that of the backup, and taken in its place. */
  readonly newerLog?: string;
  /** What else is known of the log: checkpoints that somebody kept, other places of backups, a witness. */
  readonly known?: KnownLog;
  /** Goes on where the log lacks entries that it is known to have had: what was given before is suspended. */
  readonly acceptGap?: boolean;
  readonly log: Log;
  readonly onProgress: (done: number, total: number) => void;
}

export interface Restored {
  readonly snapshot: string;
  readonly at: string;
  readonly segments: number;
  readonly bytes: number;
  readonly missing: readonly string[];
  readonly template: string;
  /** Entries that the log lacks, where that was accepted. */
  readonly gap: RestoredGap | null;
}

const ACTOR = 'weir:restore';
/** Segments that are copied at a time. */
const AT_ONCE = 3;
/** Tables of positions in journal files, which a backup does not have. */
const POSITIONS = ['store_cursor', 'store_watermark'];

/**
 * Puts a platform back from its backup, into a directory of its own: keys first, then everything that was signed, each
 * byte held against its digest; then what is left is sealed under a new epoch, so that what was copied opens nothing of it. The
 * next start replays the log over it. Cut off, it is done anew by the same call.
 *
 * @throws {BackupError} BACKUP_MISSING, BACKUP_DAMAGED, BACKUP_NEWER, BACKUP_TARGET_TAKEN, BACKUP_LOG_GAP, BACKUP_LOG_OTHER
 * @throws {KeysError} KEYS_PASSPHRASE_WRONG, KEYS_RECOVERY_FAILED
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const from = await openPlace(options.place, { readOnly: true });
  const description = await readDescription(from);
  const deployment = description?.deployment ?? '';
  const layout = layoutOf(options.data, options.auditDirectory);
  await requireFree(layout);
  await makeDirectories(layout);
  await using opened = new AsyncDisposableStack();
  opened.use(await lockDirectory(layout));
  await writeFile(layout.restoring, `${JSON.stringify({ target: description?.id ?? null })}\n`, { mode: 0o600 });
  const box: { custody: Custody | null } = { custody: null };
  const snapshot = await readSnapshot(from, async (ring) => {
    box.custody = opened.use(await restoreKeys(layout, ring, options));
    return custodyEnvelopes(box.custody, deployment);
  });
  const custody = box.custody!;
  const newer =
    options.newerLog === undefined ? null : await requireNewerLog(options.newerLog, custody, snapshot.manifest);
  const size = newer ?? snapshot.manifest.log.size;
  const gap = await findGap(size, options.known ?? {}, { custody, open: await custodyEnvelopes(custody, deployment) });
  if (gap !== null && options.acceptGap !== true) throw gapFound(gap);
  await restoreSegments(from, layout, snapshot.manifest, options.onProgress);
  await restoreFiles(from, layout, snapshot, custody);
  if (options.newerLog !== undefined) await takeLog(options.newerLog, layout);
  await restoreKeyRows(layout, snapshot.ring);
  await settleRestored(layout, custody, snapshot, options);
  await noteGap(layout, gap);
  await rm(layout.restoring);
  const { manifest } = snapshot;
  return {
    snapshot: manifest.snapshot,
    at: manifest.at,
    segments: manifest.segments.length,
    bytes: manifest.segments.reduce((sum, { size }) => sum + size, 0),
    missing: manifest.missing,
    template: manifest.template.digest,
    gap,
  };
}

/** Nothing is ever written over: a directory is free where it is empty, or where a restore was cut off. */
async function requireFree(layout: DataDirectory): Promise<void> {
  const names = await namesIn(layout.root);
  if (names.includes('restoring.json')) {
    for (const folder of [layout.keys, layout.audit]) await rm(folder, { recursive: true, force: true });
    for (const suffix of ['', '-wal', '-shm']) await rm(`${layout.catalogue}${suffix}`, { force: true });
    return;
  }
  const log = await namesIn(layout.audit);
  if (names.length === 0 && log.length === 0) return;
  throw new BackupError('BACKUP_TARGET_TAKEN', `Cannot restore to ${layout.root}: something is there`, {
    hint: 'Name a directory that is empty or not there; move what is there aside first',
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
}

/** The custody of the backup, opened with what the caller knows; what it opens is then what is believed. */
async function restoreKeys(layout: DataDirectory, ring: BackupRing, options: RestoreOptions): Promise<Custody> {
  await rm(layout.keys, { recursive: true, force: true });
  await writeKeyFolder(layout.keys, ring.custody);
  if (options.shares === undefined) return openCustody(layout.keys, options.secrets, random, clock);
  const passphrase = await options.secrets.passphrase();
  return restoreFileCustody(layout.keys, options.shares, passphrase, { clock, random });
}

async function restoreSegments(
  from: Objects,
  layout: DataDirectory,
  manifest: BackupManifest,
  onProgress: RestoreOptions['onProgress'],
): Promise<void> {
  const to = await openDirectoryObjects(layout.objects);
  const total = manifest.segments.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const damaged: string[] = [];
  await inParallel(manifest.segments, AT_ONCE, async (segment) => {
    if ((await copyObject(from, to, segment.key, segment, true)) === 'damaged') damaged.push(segment.key);
    done += segment.size;
    onProgress(done, total);
  });
  if (damaged.length > 0)
    throw backupDamaged(`${damaged.length} segments are missing or were changed, such as ${damaged[0]}`);
}

async function restoreFiles(
  from: Objects,
  layout: DataDirectory,
  { manifest, ring }: Snapshot,
  custody: Custody,
): Promise<void> {
  const { target, snapshot } = manifest;
  const keys = {
    target: await openKey(custody, purposeOf(target), ring.keys.target),
    snapshot: await openKey(custody, purposeOf(target, snapshot), ring.keys.snapshot),
  };
  for (const file of manifest.files) await restoreFile(from, placeOf(layout, file), file, keys[file.sealedBy]);
}

async function openKey(custody: Custody, purpose: string, sealed: string): Promise<AeadKey> {
  const material = await custody.open(purpose, fromBase64(sealed));
  try {
    return AeadKey.fromBytes(material);
  } finally {
    material.fill(0);
  }
}

/** Signed, and still held to what a backup may hold. */
function placeOf(layout: DataDirectory, { path }: BackupFile): string {
  if (path === 'catalogue.db') return layout.catalogue;
  const parts = path.split('/');
  const isOfLog = parts[0] === 'audit' && parts.length > 1 && parts.every((part) => /^[a-z0-9][a-z0-9.]*$/.test(part));
  if (!isOfLog) throw backupDamaged('it has a file that no backup has');
  return join(layout.audit, ...parts.slice(1));
}

async function restoreFile(from: Objects, path: string, file: BackupFile, key: AeadKey): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await using to = await open(path, 'w', 0o600);
  for await (const part of openBackupFile(from, file, key)) await to.writeFile(part);
  await to.sync();
}

async function restoreKeyRows(layout: DataDirectory, { tables }: BackupRing): Promise<void> {
  await using catalogue = await openSqliteCatalogue(layout.catalogue);
  await catalogue.transaction(async (tx) => {
    await writeKeyRows(tx, tables);
    for (const table of POSITIONS) await tx.run(`DELETE FROM "${table}"`);
  });
}

/** Length of a log that goes on from that of the backup. @throws {BackupError} BACKUP_LOG_OTHER */
async function requireNewerLog(folder: string, custody: Custody, { log }: BackupManifest): Promise<number> {
  const { origin, keys } = await logOf(custody);
  const report = await verifyLog(directorySource(folder), { logKeys: keys, origin, since: [log.checkpoint] });
  const size = report.checkpoint?.size ?? 0;
  if (report.outcome === 'verified' && size >= log.size) return size;
  throw new BackupError(
    'BACKUP_LOG_OTHER',
    `Cannot take the log in ${folder}: it does not go on from that of the backup`,
    {
      hint: 'See what is wrong with it: npm run -s weir -- audit verify --from FOLDER; without it the log of the backup is taken',
    },
  );
}

/** What outlived the platform, entries that no checkpoint has yet among it. */
async function takeLog(folder: string, layout: DataDirectory): Promise<void> {
  await rm(layout.audit, { recursive: true });
  const isOfLog = (source: string): boolean => !['tmp', 'lock'].includes(relative(folder, source));
  await cp(folder, layout.audit, { recursive: true, filter: isOfLog });
  await chmod(layout.audit, 0o700);
}

/**
 * What was copied opens nothing any more: all wraps are sealed under a new epoch. What the log says since is done again
 * by the next start, before anybody is let in, as after any start.
 */
async function settleRestored(
  layout: DataDirectory,
  custody: Custody,
  { manifest }: Snapshot,
  { log }: RestoreOptions,
): Promise<void> {
  await using trust = await openTrust({ layout, custody, declared: NOTHING_DECLARED, clock, random, log });
  const { audit, keys } = trust;
  await audit.append({
    actor: ACTOR,
    action: 'restore-backup',
    resource: `backup:${manifest.target}`,
    outcome: 'done',
    detail: { snapshot: manifest.snapshot, at: manifest.at, log: manifest.log.size },
  });
  await keys.lifecycle.shred(ACTOR);
  await audit.flush();
}
