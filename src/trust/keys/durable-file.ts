import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '#base/core/index.ts';

/**
 * Writes a small file so that after a crash either the old content or the new is there. Mode 0600.
 *
 * @param mode `create` refuses a name that is taken (`EEXIST`), `replace` does not
 */
export async function writeDurably(path: string, data: Uint8Array, mode: 'create' | 'replace'): Promise<void> {
  const draft = draftOf(path);
  await rm(draft, { force: true });
  try {
    {
      await using file = await open(draft, 'wx', 0o600);
      await file.writeFile(data);
      await file.sync();
    }
    // A link, unlike a rename, never replaces what has the name already.
    await (mode === 'create' ? link(draft, path) : rename(draft, path));
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(path));
}

/** The content of a file, or null where there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * Overwrites a file and the draft of it that a crash may have left, then removes both; on copying file systems and flash
 * the overwriting is best effort.
 */
export async function destroyFile(path: string): Promise<void> {
  await wipe(draftOf(path));
  await wipe(path);
  await syncFolder(dirname(path));
}

async function wipe(path: string): Promise<void> {
  try {
    {
      await using file = await open(path, 'r+');
      const { size } = await file.stat();
      await file.write(new Uint8Array(size), 0, size, 0);
      await file.sync();
    }
    await rm(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** Beside the file: what is being written. */
function draftOf(path: string): string {
  return `${path}.new`;
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
