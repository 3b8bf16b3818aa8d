import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { decodeUtf8, formatMicros, fromBase64, hasCode, makeId, toBase64 } from '#base/core/index.ts';
import type { Clock, Json, Random } from '#base/core/index.ts';
import { AeadKey, AEAD_KEY_LENGTH, sha256Hex } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import type { Catalogue, Objects, SqliteCatalogue } from '#base/storage/index.ts';
import {
  blobKey,
  blobsOf,
  copyObject,
  DESCRIPTION_KEY,
  encodeDocument,
  inParallel,
  manifestKey,
  RING_KEY,
  sizeOf,
  storeBackupFile,
} from '#flow/store/index.ts';
import type {
  BackupFile,
  BackupManifest,
  BackupRing,
  BackupSegment,
  Segment,
  SignEnvelope,
} from '#flow/store/index.ts';
import { CHECKPOINT_PATH, peekCheckpoint, WITNESSED_PATH } from '#trust/audit/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import { readKeyFolder, readKeyRows, removeKeyRows } from '#trust/keys/index.ts';
import type { Custody, KeyRing } from '#trust/keys/index.ts';
import type { DataDirectory } from '../data-directory.ts';
import { FORGET_TARGETS } from './backup-targets.ts';
import type { LastSnapshot } from './backup-targets.ts';

/** An object of the store, as the catalogue knows it. */
export type StoredObject = Pick<Segment, 'id' | 'stream' | 'objectKey' | 'size' | 'digest'>;

export interface SnapshotParts {
  readonly layout: DataDirectory;
  readonly catalogue: Pick<SqliteCatalogue, 'copyTo'>;
  readonly keys: Pick<KeyRing, 'destructions'>;
  readonly custody: Custody;
  readonly objects: Objects;
  /** Objects that are needed now: segments that queries see, and datasets. */
  readonly stored: () => Promise<readonly StoredObject[]>;
  /** Those that a copy of the catalogue needs. */
  readonly storedIn: (copy: Catalogue) => Promise<readonly StoredObject[]>;
  /** Keeps the objects of segments that are replaced from now on, until it is disposed of. */
  readonly pin: () => Disposable;
  /** Seals all that waits in the journal. */
  readonly flush: () => Promise<void>;
  readonly auditLog: Pick<AuditLog, 'flush' | 'checkpoint' | 'source'>;
  readonly sign: SignEnvelope;
  readonly clock: Clock;
  readonly random: Random;
  readonly deployment: string;
  readonly program: string;
  readonly template: () => { readonly name: string; readonly digest: string };
}

export interface SnapshotRequest {
  readonly target: string;
  /** Key of the target, in base64. */
  readonly key: string;
  readonly to: Objects;
  /** The manifest of before, whose files need not be stored again; null where there is none. */
  readonly before: BackupManifest | null;
  /** Whether objects that are there are read again, and mended where they differ. */
  readonly check: boolean;
  readonly onProgress: (done: number, total: number) => void;
  /** Told the hex SHA-256 of the ring that is about to be put there. */
  readonly onRing: (digest: string) => Promise<void>;
}

export interface WrittenSnapshot {
  readonly last: LastSnapshot;
  /** Hex SHA-256 of the key ring. */
  readonly ring: string;
  readonly manifest: BackupManifest;
  /** Segments that were copied, and their bytes. */
  readonly copied: number;
  readonly copiedBytes: number;
}

/** Segments that are copied at a time. */
const AT_ONCE = 3;
/** Attempts until a snapshot is in step with its keys. */
const MOST_ATTEMPTS = 5;

/**
 * Brings a place to the state of this moment: segments once and as sealed as they are, then catalogue and log, then the
 * manifest, and at last the key ring, with which the new snapshot takes the place of the one before. A crash at any step
 * leaves the one before. What neither needs goes at the end.
 *
 * @throws {StorageError} what either store throws, STORAGE_FULL among it
 */
export async function writeSnapshot(parts: SnapshotParts, request: SnapshotRequest): Promise<WrittenSnapshot> {
  const copying = new SegmentCopy(parts, request);
  // Most of it while nothing has to be held: the rest is what came meanwhile.
  await copying.copy(await parts.stored());
  for (let attempt = 1; ; attempt++) {
    const written = await attemptSnapshot(parts, request, copying);
    if (written !== null) {
      await removeUnneeded(request.to, written.manifest);
      return written;
    }
    if (attempt === MOST_ATTEMPTS) {
      throw new Error('keys are destroyed faster than the backup can follow');
    }
  }
}

/** @returns null where a key was destroyed meanwhile, so that the ring would bring it back */
async function attemptSnapshot(
  parts: SnapshotParts,
  request: SnapshotRequest,
  copying: SegmentCopy,
): Promise<WrittenSnapshot | null> {
  const { keys, custody, clock, random, sign, layout } = parts;
  const { target, to } = request;
  using _pinned = parts.pin();
  const destructions = keys.destructions;
  const at = formatMicros(clock.now());
  await parts.flush();
  const snapshot = makeId(clock, random);
  const folder = join(layout.run, `backup-${snapshot}`);
  const [targetKey, ownKey] = [fromBase64(request.key), random.bytes(AEAD_KEY_LENGTH)];
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const copy = await copyCatalogue(parts, join(folder, 'catalogue.db'));
    await copying.copy(copy.segments);
    const catalogue = await storeBackupFile(to, join(folder, 'catalogue.db'), 'catalogue.db', {
      sealedBy: 'snapshot',
      key: AeadKey.fromBytes(ownKey),
      random,
    });
    const log = await storeLog(parts, request, { folder, key: AeadKey.fromBytes(targetKey) });
    const manifest: BackupManifest = {
      target,
      snapshot,
      at,
      deployment: parts.deployment,
      program: parts.program,
      template: parts.template(),
      log: log.head,
      ...copying.segmentsOf(copy.segments),
      files: [catalogue, ...log.files],
    };
    const manifestBytes = await encodeDocument('manifest', manifest, sign);
    await to.put(manifestKey(snapshot), manifestBytes);
    const ring: BackupRing = {
      target,
      snapshot,
      at,
      manifest: sha256Hex(manifestBytes),
      custody: await readKeyFolder(layout.keys),
      keys: {
        target: toBase64(await custody.seal(purposeOf(target), targetKey)),
        snapshot: toBase64(await custody.seal(purposeOf(target, snapshot), ownKey)),
      },
      tables: copy.tables,
    };
    const ringBytes = await encodeDocument('ring', ring, sign);
    const ringDigest = sha256Hex(ringBytes);
    await request.onRing(ringDigest);
    if (keys.destructions !== destructions) return null;
    await to.replace(RING_KEY, ringBytes);
    const last: LastSnapshot = {
      snapshot,
      at,
      segments: manifest.segments.length,
      bytes: sizeOf(manifest),
      logSize: manifest.log.size,
    };
    return { last, ring: ringDigest, manifest, copied: copying.copied, copiedBytes: copying.copiedBytes };
  } finally {
    targetKey.fill(0);
    ownKey.fill(0);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Purpose under which custody seals the keys of a backup. */
export function purposeOf(target: string, snapshot?: string): string {
  return snapshot === undefined ? `backup:${target}` : `backup:${target}:${snapshot}`;
}

/** A copy of the catalogue as it is at this moment, without keys, and the rows of the keys at the same moment. */
async function copyCatalogue(
  { catalogue, storedIn }: SnapshotParts,
  path: string,
): Promise<{ readonly tables: Json; readonly segments: readonly StoredObject[] }> {
  await catalogue.copyTo(path);
  await using copy = await openSqliteCatalogue(path);
  const tables = await copy.transaction(async (tx) => {
    const rows = await readKeyRows(tx);
    await removeKeyRows(tx);
    await tx.run(FORGET_TARGETS);
    return rows;
  });
  await copy.checkpoint();
  return { tables, segments: await storedIn(copy) };
}

/** Attempts to read the log while it grows. */
const MOST_READINGS = 5;

/** What of the log is there now: the checkpoint first, so that no tile that it speaks of is missing. */
async function storeLog(
  { layout, auditLog, random }: SnapshotParts,
  { to, before }: SnapshotRequest,
  { folder, key }: { folder: string; key: AeadKey },
): Promise<{ readonly files: readonly BackupFile[]; readonly head: BackupManifest['log'] }> {
  await auditLog.flush();
  const sealing = { sealedBy: 'target', key, random } as const;
  const files: BackupFile[] = [];
  // The one that witnesses have cosigned before the other, so that it is not the newer one.
  for (const name of [WITNESSED_PATH, CHECKPOINT_PATH]) {
    const note = await auditLog.source.read(name);
    if (note === null) continue;
    await writeFile(join(folder, name), note, { mode: 0o600 });
    files.push(await storeBackupFile(to, join(folder, name), `audit/${name}`, sealing));
  }
  const checkpoint = decodeUtf8(await readFile(join(folder, CHECKPOINT_PATH)));
  const known = new Map(before?.files.map((file) => [file.path, file]));
  for (let attempt = 1; ; attempt++) {
    try {
      const tiles: BackupFile[] = [];
      for (const name of await listTiles(layout.audit)) {
        const path = `audit/${name}`;
        const stored = isFull(name) ? known.get(path) : undefined;
        tiles.push(stored ?? (await storeBackupFile(to, join(layout.audit, name), path, sealing)));
      }
      const { origin, size } = peekCheckpoint(checkpoint);
      return { files: [...files, ...tiles], head: { origin, size, checkpoint } };
    } catch (error) {
      // A partial tile goes once its full form is there, which a new look finds.
      if (!hasCode(error, 'ENOENT') || attempt === MOST_READINGS) throw error;
    }
  }
}

async function listTiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, 'tile'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
}

/** Full tiles never change. */
function isFull(name: string): boolean {
  return !name.includes('.p/');
}

/** Copies segments that are not there yet, and remembers what became of each. */
class SegmentCopy {
  readonly #parts: SnapshotParts;
  readonly #request: SnapshotRequest;
  /** Keys of objects: what is sealed anew may go by the name of what it was. */
  readonly #there = new Set<string>();
  readonly #missing = new Set<string>();
  #bytes = 0;
  copied = 0;
  copiedBytes = 0;

  constructor(parts: SnapshotParts, request: SnapshotRequest) {
    this.#parts = parts;
    this.#request = request;
  }

  async copy(segments: readonly StoredObject[]): Promise<void> {
    const { to, check, onProgress } = this.#request;
    const wanted = segments.filter(({ objectKey }) => !this.#there.has(objectKey));
    const total = this.#bytes + wanted.reduce((sum, { size }) => sum + size, 0);
    await inParallel(wanted, AT_ONCE, async (segment) => {
      const found = await copyObject(this.#parts.objects, to, segment.objectKey, segment, check);
      if (found === 'damaged') this.#missing.add(segment.objectKey);
      else {
        this.#there.add(segment.objectKey);
        this.#missing.delete(segment.objectKey);
      }
      if (found === 'copied') {
        this.copied += 1;
        this.copiedBytes += segment.size;
      }
      this.#bytes += segment.size;
      onProgress(this.#bytes, total);
    });
  }

  segmentsOf(segments: readonly StoredObject[]): Pick<BackupManifest, 'segments' | 'missing'> {
    const kept: BackupSegment[] = segments
      .filter(({ objectKey }) => this.#there.has(objectKey))
      .map(({ id, stream, objectKey, size, digest }) => ({ id, stream, key: objectKey, size, digest }));
    const missing = segments.filter(({ objectKey }) => this.#missing.has(objectKey));
    return { segments: kept, missing: missing.map(({ id }) => id) };
  }
}

/** Removes what the snapshot in force does not need: older ones, and what a crash left. */
async function removeUnneeded(to: Objects, manifest: BackupManifest): Promise<void> {
  const needed = new Set([
    DESCRIPTION_KEY,
    RING_KEY,
    manifestKey(manifest.snapshot),
    ...manifest.segments.map(({ key }) => key),
    ...[...blobsOf(manifest)].map(blobKey),
  ]);
  for await (const key of to.list('')) if (!needed.has(key)) await to.delete(key);
}
