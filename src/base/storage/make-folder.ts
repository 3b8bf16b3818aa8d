import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '#base/core/index.ts';

/**
 * Makes a folder and those above it that are missing, for this user alone; one that is there stays as it is.
 *
 * Node's own way with `recursive` never ends where a file system says of a folder in one that is there that it is not
 * (`/proc`), and hides why a folder cannot be made on one that is read-only.
 *
 * @throws what the file system answered: `ENOTDIR` where a file has the name
 */
export async function makeFolder(path: string): Promise<void> {
  const refused = await tryMake(path);
  if (refused === null) return;
  const above = dirname(path);
  if (!hasCode(refused, 'ENOENT') || above === path) throw refused;
  await makeFolder(above);
  // Once more and no more: what is above is there now, whoever made it.
  const again = await tryMake(path);
  if (again !== null) throw again;
}

/** @returns why it cannot be made; null where it is there now */
async function tryMake(path: string): Promise<unknown> {
  try {
    await mkdir(path, { mode: 0o700 });
    return null;
  } catch (error) {
    if (await isFolder(path)) return null;
    return hasCode(error, 'EEXIST') ? Object.assign(new Error('not a folder'), { code: 'ENOTDIR' }) : error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
