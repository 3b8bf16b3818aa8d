import { randomUUID } from 'node:crypto';
import { link, open, readdir, rename, rm, stat, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '#base/core/index.ts';
import { StorageError } from './errors.ts';
import { makeFolder } from './make-folder.ts';
import { requireObjectKey } from './object-key.ts';
import type { Objects } from './ports.ts';

/** Where objects are written before they get their name; no key can start with a dot. */
const WORKSHOP = '.tmp';
/** Bytes that are overwritten at a time. */
const ERASE_STEP = 1_048_576;
/** Bounds the memory of which folders are durable. */
const MAX_SYNCED = 10_000;

/**
 * Objects as files under a folder.
 *
 * An object is written to a temporary file, synced, then linked to its name, and the folder is synced: after a crash it
 * is there whole or not at all. What a crash left in the workshop is removed here, by whoever opens the folder first.
 *
 * @param options `beside` a process that writes leaves alone what it is writing; it names who opens, one at a time, and what
 *   that one left when it crashed is removed. `again` removes nothing, for who has opened it before and may be writing.
 *   `readOnly` touches nothing, and nothing may be stored then
 * @throws {StorageError} STORAGE_IO, STORAGE_FULL
 */
export async function openDirectoryObjects(
  root: string,
  options: { readOnly?: boolean; beside?: string; again?: boolean } = {},
): Promise<Objects> {
  const { beside = '' } = options;
  const workshop = join(root, WORKSHOP, beside);
  if (options.readOnly === true) return new DirectoryObjects(root, workshop);
  try {
    await makeFolder(root);
    if (options.again !== true) await rm(workshop, { recursive: true, force: true });
    await makeFolder(workshop);
  } catch (error) {
    throw fromFileSystem(`open object store ${root}`, error);
  }
  return new DirectoryObjects(root, workshop);
}

class DirectoryObjects implements Objects {
  readonly #root: string;
  readonly #workshop: string;
  /** Folders whose names are known to be on disk. */
  readonly #synced = new Set<string>();

  constructor(root: string, workshop: string) {
    this.#root = root;
    this.#workshop = workshop;
  }

  async put(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    requireObjectKey(key);
    const path = join(this.#root, key);
    const draft = join(this.#workshop, randomUUID());
    try {
      await writeSynced(draft, data instanceof Uint8Array ? [data] : data);
      await this.#makeFolder(dirname(path));
      // A link, unlike a rename, never replaces what has the name already.
      await link(draft, path);
      await syncFolder(dirname(path));
    } catch (error) {
      if (hasCode(error, 'EEXIST')) {
        throw new StorageError('STORAGE_EXISTS', `Cannot store object ${key}: it is there already`, { cause: error });
      }
      throw fromFileSystem(`store object ${key}`, error);
    } finally {
      await rm(draft, { force: true });
    }
  }

  async replace(key: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    requireObjectKey(key);
    const path = join(this.#root, key);
    const draft = join(this.#workshop, randomUUID());
    let before: FileHandle | null = null;
    try {
      await writeSynced(draft, data instanceof Uint8Array ? [data] : data);
      await this.#makeFolder(dirname(path));
      before = await openIfThere(path);
      await rename(draft, path);
      await syncFolder(dirname(path));
      // Its name is gone and its blocks are not: what was replaced may have been replaced to be rid of it.
      if (before !== null) await overwrite(before);
    } catch (error) {
      throw fromFileSystem(`store object ${key}`, error);
    } finally {
      await before?.close();
      await rm(draft, { force: true });
    }
  }

  async size(key: string): Promise<number | null> {
    requireObjectKey(key);
    try {
      const found = await stat(join(this.#root, key));
      return found.isFile() ? found.size : null;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw fromFileSystem(`read object ${key}`, error);
    }
  }

  async read(key: string, start = 0, end?: number): Promise<Uint8Array> {
    requireObjectKey(key);
    try {
      await using file = await open(join(this.#root, key), 'r');
      const { size } = await file.stat();
      const stop = end ?? size;
      if (!(start >= 0 && start <= stop && stop <= size)) {
        throw new StorageError(
          'STORAGE_RANGE_INVALID',
          `Cannot read object ${key}: bytes ${start} to ${stop} are not within its ${size}`,
        );
      }
      const data = new Uint8Array(stop - start);
      for (let at = 0; at < data.length;) {
        const { bytesRead } = await file.read(data, at, data.length - at, start + at);
        if (bytesRead === 0) throw new StorageError('STORAGE_IO', `Cannot read object ${key}: it ends early`);
        at += bytesRead;
      }
      return data;
    } catch (error) {
      if (isAbsent(error) || hasCode(error, 'EISDIR')) {
        throw new StorageError('STORAGE_MISSING', `Cannot read object ${key}: there is none`, { cause: error });
      }
      throw fromFileSystem(`read object ${key}`, error);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    yield* this.#walk('', prefix);
  }

  async delete(key: string): Promise<void> {
    requireObjectKey(key);
    const path = join(this.#root, key);
    try {
      await unlink(path);
      await syncFolder(dirname(path));
    } catch (error) {
      if (!isAbsent(error)) throw fromFileSystem(`delete object ${key}`, error);
    }
  }

  async free(): Promise<number> {
    try {
      const { bavail, bsize } = await statfs(this.#root);
      return bavail * bsize;
    } catch (error) {
      throw fromFileSystem('ask for free space', error);
    }
  }

  /** One folder at a time is held in memory; `folder` is empty or ends with a slash. */
  async *#walk(folder: string, prefix: string): AsyncIterable<string> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw fromFileSystem('list objects', error);
    });
    // A folder sorts with its slash, as the keys below it do: "a-b" comes before "a/b".
    const names = entries
      .filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''))
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    for (const name of names) {
      if (!name.endsWith('/')) {
        if (name.startsWith(prefix)) yield name;
      } else if (name.startsWith(prefix) || prefix.startsWith(name)) {
        yield* this.#walk(name, prefix);
      }
    }
  }

  /** Makes a folder and its parents durable: each new name needs its own parent synced. */
  async #makeFolder(path: string): Promise<void> {
    if (this.#synced.has(path)) return;
    await makeFolder(path);
    // All the way up, since another call or a process that died may have made a parent without syncing it yet.
    for (let at = path; at.length > this.#root.length; at = dirname(at)) await syncFolder(dirname(at));
    if (this.#synced.size >= MAX_SYNCED) this.#synced.clear();
    this.#synced.add(path);
  }
}

async function writeSynced(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  for (const part of parts) {
    for (let at = 0; at < part.length;) at += (await file.write(part, at, part.length - at)).bytesWritten;
  }
  await file.sync();
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

async function overwrite(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const zeros = new Uint8Array(Math.min(size, ERASE_STEP));
  for (let at = 0; at < size; at += zeros.length) await file.write(zeros, 0, Math.min(zeros.length, size - at), at);
  await file.datasync();
}

async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR');
}

function fromFileSystem(action: string, error: unknown): unknown {
  if (error instanceof StorageError) return error;
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) {
    return new StorageError('STORAGE_FULL', `Cannot ${action}: the disk is full`, {
      cause: error,
      hint: 'Free space on the volume that it is on',
    });
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  return new StorageError('STORAGE_IO', `Cannot ${action}: the file system answered ${code}`, {
    cause: error,
    hint: 'Look whether the folder is there, who owns it, and whether its volume takes writing',
  });
}
