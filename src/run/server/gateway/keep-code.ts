import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE_CACHE, PACKAGE_ROOT, packageVersion } from '../control/package-files.ts';
import { forkProcess } from '../process/supervised-process.ts';

const SOURCES = join(PACKAGE_ROOT, 'src');

/**
 * Has Node keep compiled code of all that a gateway's threads load, where that is older than the program: they then
 * start in half the time. The gateway itself reads it only, for a process that faces the network must not write what
 * others run; so a short process writes it once, beside a platform that runs already.
 *
 * @returns whether it was written
 * @throws {Error} where the folder of compiled code cannot be written; nothing else depends on it
 */
export async function keepGatewayCode(cache: string = CODE_CACHE): Promise<boolean> {
  const mark = join(cache, `gateway-${packageVersion}`);
  const written = await stat(mark).catch(() => null);
  if (written !== null && written.mtimeMs > (await newest(SOURCES))) return false;
  await mkdir(cache, { recursive: true });
  const child = forkProcess({
    entry: new URL('code.ts', import.meta.url),
    nodeFlags: ['--no-experimental-ffi', '--disable-warning=ExperimentalWarning'],
    environment: { NODE_COMPILE_CACHE: cache },
    niceness: 19,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) return false;
  await writeFile(mark, '');
  return true;
}

/** When the youngest file below a folder was changed, in milliseconds since the epoch. */
async function newest(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  const times = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).mtimeMs));
  return Math.max(...times);
}
