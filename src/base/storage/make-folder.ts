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
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (await isFolder(path)) return;
    const above = dirname(path);
    if (!hasCode(error, 'ENOENT') || above === path || (await isFolder(above))) {
      throw hasCode(error, 'EEXIST') ? Object.assign(new Error('not a folder'), { code: 'ENOTDIR' }) : error;
    }
    await makeFolder(above);
    await mkdir(path, { mode: 0o700 }).catch(async (again: unknown) => {
      // Somebody else made it meanwhile.
      if (!(await isFolder(path))) throw again;
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
