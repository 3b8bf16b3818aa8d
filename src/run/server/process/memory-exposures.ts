import { readdir, readFile, readlink, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A way in which what is in memory, keys and opened columns among it, may get to a disk of this machine. */
export interface MemoryExposure {
  readonly kind: 'swap' | 'core-dump' | 'memory-files';
  /** What was found, and what to do. */
  readonly detail: string;
}

/** Where the operating system tells; another place in tests. */
export interface MachineFolders {
  readonly proc: string;
  readonly sys: string;
  /** The folder for files in memory, where opened columns lie. */
  readonly memoryFiles: string;
}

const FOLDERS: MachineFolders = { proc: '/proc', sys: '/sys', memoryFiles: '/dev/shm' };
const TMPFS = 0x01021994;
/** Mapped devices stand on others a few deep at most: LUKS below LVM, or the other way round. */
const MOST_DEPTH = 8;
/** Opened columns of a statement may take as much before they are dropped. */
const LEAST_MEMORY_FILES = 512 * 1_048_576;

/**
 * Looks for swap that is not encrypted, processes that may leave core dumps, and, where query processes share the
 * machine's own folder for files in memory, whether that is in memory and large enough. Nothing is found where the
 * operating system has no `/proc`.
 *
 * @param pids processes of the platform
 * @param confined whether query processes have a folder in memory of their own
 * @see proc(5), core(5), the cgroup v2 documentation of memory.swap.max
 */
export async function memoryExposures(
  pids: readonly number[],
  confined: boolean,
  folders: MachineFolders = FOLDERS,
): Promise<readonly MemoryExposure[]> {
  const found = await Promise.all([swapExposures(folders), dumpExposures(pids, folders)]);
  return [...found.flat(), ...(confined ? [] : await fileExposures(folders))];
}

async function swapExposures({ proc, sys }: MachineFolders): Promise<MemoryExposure[]> {
  const [, ...lines] = (await read(join(proc, 'swaps'))).trimEnd().split('\n');
  if (lines.length === 0 || (await mayNotSwap(proc, sys))) return [];
  const exposures: MemoryExposure[] = [];
  for (const line of lines) {
    const [place = '', type] = line.split(/\s+/);
    if (type === 'partition' && (await staysSecret(basename(await resolved(place)), sys))) continue;
    exposures.push({
      kind: 'swap',
      detail: `swap on ${place} is not encrypted: encrypt it, turn it off, or forbid it to the platform (systemd: MemorySwapMax=0)`,
    });
  }
  return exposures;
}

/** Whether a control group of this process, or one above it, allows no swap at all. */
async function mayNotSwap(proc: string, sys: string): Promise<boolean> {
  const own = /^0::(\/.*)$/m.exec(await read(join(proc, 'self/cgroup')))?.[1] ?? '/';
  // The topmost group too: within a container it is the container's own.
  for (let group = own; ; group = join(group, '..')) {
    if ((await read(join(sys, 'fs/cgroup', group, 'memory.swap.max'))).trim() === '0') return true;
    if (group === '/') return false;
  }
}

/** Whether a block device keeps nothing that can be read: compressed memory without a disk, or encrypted all the way. */
async function staysSecret(device: string, sys: string, depth = 0): Promise<boolean> {
  const folder = join(sys, 'class/block', device);
  if (device.startsWith('zram')) return ['', 'none'].includes((await read(join(folder, 'backing_dev'))).trim());
  if ((await read(join(folder, 'dm/uuid'))).startsWith('CRYPT-')) return true;
  if (depth === MOST_DEPTH) return false;
  const below = await readdir(join(folder, 'slaves')).catch(() => []);
  const secret = await Promise.all(below.map((slave) => staysSecret(slave, sys, depth + 1)));
  return below.length > 0 && secret.every(Boolean);
}

async function dumpExposures(pids: readonly number[], { proc }: MachineFolders): Promise<MemoryExposure[]> {
  const dumping: number[] = [];
  for (const pid of pids) {
    const limits = await read(join(proc, String(pid), 'limits'));
    const soft = /^Max core file size +(\S+)/m.exec(limits)?.[1];
    if (soft !== undefined && soft !== '0') dumping.push(pid);
  }
  if (dumping.length === 0) return [];
  const detail = `processes ${dumping.join(', ')} may leave core dumps: start the platform with \`ulimit -c 0\``;
  return [{ kind: 'core-dump', detail }];
}

async function fileExposures({ memoryFiles }: MachineFolders): Promise<MemoryExposure[]> {
  const facts = await statfs(memoryFiles).catch(() => null);
  if (facts === null) return [];
  if (facts.type >>> 0 !== TMPFS)
    return [{ kind: 'memory-files', detail: `${memoryFiles} is not in memory: mount a tmpfs there` }];
  const size = facts.blocks * facts.bsize;
  if (size >= LEAST_MEMORY_FILES) return [];
  const megabytes = Math.floor(size / 1_048_576);
  return [
    { kind: 'memory-files', detail: `${memoryFiles} has ${megabytes} MiB and should have 512: mount a larger one` },
  ];
}

/** A link such as `/dev/mapper/swap` leads to the device that the kernel knows. */
async function resolved(place: string): Promise<string> {
  return readlink(place).catch(() => place);
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
