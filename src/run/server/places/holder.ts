import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeId, systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';

/**
 * What tells this data directory from another copy of the same platform, made at the first start. No backup has it: a
 * platform that was restored somewhere else is another holder.
 *
 * @param folder `places` of the data directory
 */
export async function holderOf(folder: string): Promise<string> {
  const path = join(folder, 'holder');
  const known = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (/^[0-9a-f]{32}$/.test(known)) return known;
  const made = makeId(systemClock, systemRandom);
  await writeFile(path, `${made}\n`, { mode: 0o600 });
  return made;
}
