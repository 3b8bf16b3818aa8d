import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE_CACHE, PACKAGE_ROOT, packageVersion } from '../control/package-files.ts';
import { ROOM_FOR_READINGS } from '../gateway/room-for-readings.ts';
import { forkProcess } from './supervised-process.ts';

const SOURCES = join(PACKAGE_ROOT, 'src');

/** What reads compiled code and may write none: a program that loads all of it, and the flags that it counts for. */
interface CodeReader {
  readonly entry: URL;
  /** Compiled code counts for processes with the same flags of V8 alone. */
  readonly flags: readonly string[];
}

/** The gateway faces the network, and must not write what others run; a query process may write nowhere. */
const READERS: Readonly<Record<'gateway' | 'query', CodeReader>> = {
  gateway: { entry: new URL('../gateway/code-process.ts', import.meta.url), flags: ROOM_FOR_READINGS },
  query: { entry: new URL('../query/code-process.ts', import.meta.url), flags: [] },
};

/**
 * Has Node keep compiled code of all that gateways and query processes load, where that is older than the program: they
 * then start in half the time. Short processes write it once, beside a platform that runs already.
 *
 * @param niceness of these processes; behind everything else on the processor where it is not given
 * @returns for which it was written
 * @throws {Error} where the folder of compiled code cannot be written; nothing else depends on it
 */
export async function keepCode(cache: string = CODE_CACHE, niceness = 19): Promise<readonly string[]> {
  const program = await newest(SOURCES);
  const kept: string[] = [];
  for (const [name, reader] of Object.entries(READERS)) {
    const mark = join(cache, `${name}-${packageVersion}`);
    const written = await stat(mark).catch(() => null);
    if (written !== null && written.mtimeMs > program) continue;
    await mkdir(cache, { recursive: true });
    if (!(await load(reader, cache, niceness))) continue;
    await writeFile(mark, '');
    kept.push(name);
  }
  return kept;
}

/** Loads all that one of them does, in a process that may write; whether it came to its end. */
async function load({ entry, flags }: CodeReader, cache: string, niceness: number): Promise<boolean> {
  const child = forkProcess({
    entry,
    nodeFlags: [...flags, '--no-experimental-ffi', '--disable-warning=ExperimentalWarning'],
    environment: { NODE_COMPILE_CACHE: cache },
    niceness,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

/** When the youngest file below a folder was changed, in milliseconds since the epoch. */
async function newest(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  const times = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).mtimeMs));
  return Math.max(...times);
}
