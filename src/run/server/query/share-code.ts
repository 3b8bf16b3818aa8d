import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE_CACHE } from '../control/package-files.ts';

/**
 * Lets confined processes read the compiled code that Node keeps for this user. It keeps it by user, and a confined process
 * is user 0 of its namespace: under that number it would find nothing, and take twice as much of a processor to start.
 * Where no link can be made, it does.
 */
export async function shareCode(cache: string = CODE_CACHE, user: number = process.getuid?.() ?? 0): Promise<void> {
  if (user === 0) return;
  const own = `-${user}`;
  for (const name of await readdir(cache).catch(() => [])) {
    if (!name.endsWith(own)) continue;
    // It is there, or may not be made; nothing depends on it.
    await symlink(name, join(cache, `${name.slice(0, -own.length)}-0`)).catch(() => undefined);
  }
}
