import { open } from 'node:fs/promises';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { Sha256, sha256Hex, unwrapKey, wrapKey } from '#base/crypto/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { blobKey } from './backup-layout.ts';
import { damaged } from './errors.ts';
import type { BackupFile, BackupPart } from './manifest.ts';

/** Bytes of a file that are sealed together. */
const PART = 4 * 1_048_576;
/** Nonce and tag. */
const OVERHEAD = 28;

/**
 * Seals a file and stores it by the digest of what came out.
 *
 * @param path name that it has in the backup
 * @throws {StorageError} what the store throws
 */
export async function storeFile(
  to: Objects,
  file: string,
  path: string,
  { sealedBy, key, random }: { sealedBy: BackupFile['sealedBy']; key: AeadKey; random: Random },
): Promise<BackupFile> {
  await using source = await open(file, 'r');
  const hash = new Sha256();
  const parts: BackupPart[] = [];
  let size = 0;
  for (;;) {
    const buffer = new Uint8Array(PART);
    const { bytesRead } = await source.read(buffer, 0, PART, size);
    if (bytesRead === 0 && parts.length > 0) break;
    const plain = buffer.subarray(0, bytesRead);
    hash.update(plain);
    const sealed = wrapKey(key, contextOf(path, parts.length), plain, random);
    const blob = sha256Hex(sealed);
    await to.put(blobKey(blob), sealed);
    parts.push({ blob, size: sealed.length });
    size += bytesRead;
    if (bytesRead < PART) break;
  }
  return { path, size, digest: hash.hex(), sealedBy, parts };
}

/**
 * The plain parts of a file, one at a time.
 *
 * @throws {BackupError} BACKUP_DAMAGED
 */
export async function* openFile(
  from: Objects,
  { path, size, digest, parts }: BackupFile,
  key: AeadKey,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = new Sha256();
  let length = 0;
  for (const [index, { blob, size: sealedSize }] of parts.entries()) {
    const plain = await openPart(from, blob, sealedSize, key, contextOf(path, index));
    hash.update(plain);
    length += plain.length;
    yield plain;
  }
  if (length !== size || hash.hex() !== digest) throw damaged(`${path} is not what was stored`);
}

async function openPart(
  from: Objects,
  blob: string,
  size: number,
  key: AeadKey,
  context: Uint8Array,
): Promise<Uint8Array> {
  try {
    const sealed = await from.read(blobKey(blob));
    if (sealed.length !== size || sealed.length < OVERHEAD || sha256Hex(sealed) !== blob) throw new Error('changed');
    return unwrapKey(key, context, sealed);
  } catch (cause) {
    throw damaged(`object ${blobKey(blob)} is missing or was changed`, cause);
  }
}

function contextOf(path: string, part: number): Uint8Array {
  return encodeUtf8(`weir backup file 1\n${path}\n${part}`);
}
