import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Rights of group and others. */
const OTHERS = 0o077;

/**
 * Folders and what is in them, at any depth, that others than the owner may read, change or enter.
 *
 * @returns paths relative to a base, in order; links count as what they are, not as what they lead to
 */
export async function openToOthers(folders: readonly string[], base: string): Promise<readonly string[]> {
  const open: string[] = [];
  for (const folder of folders) {
    const inside = await readdir(folder, { recursive: true }).catch(() => []);
    for (const path of [folder, ...inside.map((name) => join(folder, name))]) {
      // What goes away meanwhile is open to nobody.
      const facts = await lstat(path).catch(() => null);
      if (facts !== null && !facts.isSymbolicLink() && (facts.mode & OTHERS) !== 0) open.push(relative(base, path));
    }
  }
  return open.sort();
}
