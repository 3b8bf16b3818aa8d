import { decodeUtf8, hasCode } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import {
  backupDamaged,
  BackupError,
  decodeDocument,
  DESCRIPTION_KEY,
  manifestKey,
  RING_KEY,
} from '#flow/store/index.ts';
import type { BackupManifest, BackupRing, OpenEnvelope } from '#flow/store/index.ts';

/** What a place of backups says of itself. */
export interface BackupDescription {
  readonly id: string;
  readonly deployment: string;
}

/** The snapshot that is in force at a place. */
export interface Snapshot {
  readonly ring: BackupRing;
  /** Hex SHA-256 of the ring as it lies there. */
  readonly ringDigest: string;
  readonly manifest: BackupManifest;
}

const MOST_DESCRIPTION = 4_096;
const ID = /^[0-9a-f]{32}$/;

/** The text of the description of a new place. */
export function formatDescription({ id, deployment }: BackupDescription): string {
  return `${JSON.stringify({ format: 'weir.backup', version: 1, id, deployment }, null, 2)}\n`;
}

/**
 * What a place says of itself; null where nothing is.
 *
 * @throws {BackupError} BACKUP_DAMAGED, BACKUP_NEWER
 */
export async function readDescription(from: Objects): Promise<BackupDescription | null> {
  const size = await from.size(DESCRIPTION_KEY);
  if (size === null) return null;
  const bytes = size > MOST_DESCRIPTION ? null : await from.read(DESCRIPTION_KEY);
  const { format, version, id, deployment } = parse(bytes);
  if (format !== 'weir.backup' || typeof id !== 'string' || !ID.test(id) || typeof deployment !== 'string') {
    throw backupDamaged(`${DESCRIPTION_KEY} has another form`);
  }
  if (version !== 1) {
    throw new BackupError('BACKUP_NEWER', 'Cannot read the backup: a later version wrote it', {
      hint: 'Run the version of Weir that wrote it, or a later one',
    });
  }
  return { id, deployment };
}

function parse(bytes: Uint8Array | null): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(decodeUtf8(bytes ?? new Uint8Array(0))) as unknown;
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/**
 * The snapshot in force, once ring and manifest are found to be signed. While somebody writes there, what was begun with
 * may be gone: it is begun anew.
 *
 * @param openFor gives what opens envelopes, from a ring that is not believed yet
 * @throws {BackupError} BACKUP_MISSING, BACKUP_DAMAGED, BACKUP_NEWER
 */
export async function readSnapshot(
  from: Objects,
  openFor: (unverified: BackupRing) => Promise<OpenEnvelope> | OpenEnvelope,
): Promise<Snapshot> {
  for (;;) {
    const { ring, ringDigest, open } = await readRing(from, openFor);
    try {
      const bytes = await readDocument(from, manifestKey(ring.snapshot));
      if (sha256Hex(bytes) !== ring.manifest) throw backupDamaged('its manifest was changed');
      const manifest = (await decodeDocument<BackupManifest>('manifest', bytes)).verify(open);
      return { ring, ringDigest, manifest };
    } catch (error) {
      if (sha256Hex(await readDocument(from, RING_KEY)) === ringDigest) throw error;
    }
  }
}

async function readRing(
  from: Objects,
  openFor: (unverified: BackupRing) => Promise<OpenEnvelope> | OpenEnvelope,
): Promise<{ readonly ring: BackupRing; readonly ringDigest: string; readonly open: OpenEnvelope }> {
  if ((await from.size(RING_KEY)) === null) {
    const isBegun = (await from.size(DESCRIPTION_KEY)) !== null;
    throw new BackupError(
      'BACKUP_MISSING',
      isBegun ? 'Cannot read the backup: none was brought to its end there' : 'Cannot read the backup: there is none',
      { hint: 'Make one with `npm run -s weir -- backup create`, or name its place' },
    );
  }
  const bytes = await readDocument(from, RING_KEY);
  const document = await decodeDocument<BackupRing>('ring', bytes);
  const { snapshot, target, manifest } = document.body;
  // Untrusted: they become names of objects and purposes of keys.
  if (![snapshot, target].every((id) => typeof id === 'string' && ID.test(id)) || typeof manifest !== 'string') {
    throw backupDamaged('its ring has another form');
  }
  const open = await openFor(document.body);
  return { ring: document.verify(open), ringDigest: sha256Hex(bytes), open };
}

async function readDocument(from: Objects, key: string): Promise<Uint8Array> {
  try {
    return await from.read(key);
  } catch (error) {
    if (!hasCode(error, 'STORAGE_MISSING')) throw error;
    throw backupDamaged(`${key} is missing`, error);
  }
}
