import { readdir, readFile, readlink, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** File systems that live in memory, by the numbers of statfs(2): what is there is on no disk. */
const IN_MEMORY: ReadonlySet<number> = new Set([
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x958458f6, // hugetlbfs
]);

/** Processes of a platform are few; more would be somebody's mistake and are not followed. */
const MOST_PROCESSES = 1_024;

/** An open file that no folder names. */
export interface UnnamedFile {
  /** Opens it, as long as its process has it open. */
  readonly path: string;
  readonly name: string;
}

/**
 * A process and all that came from it, as `/proc` says; null where there is no `/proc`.
 *
 * @see proc(5), /proc/pid/task/tid/children
 */
export async function processTree(pid: number, proc = '/proc'): Promise<readonly number[] | null> {
  const found: number[] = [];
  const waiting = [pid];
  for (let next = waiting.shift(); next !== undefined && found.length < MOST_PROCESSES; next = waiting.shift()) {
    const tasks = await readdir(join(proc, String(next), 'task')).catch(() => null);
    // Processes end while one looks; the first is this one and is there.
    if (tasks === null) continue;
    found.push(next);
    for (const task of tasks) {
      const children = await readFile(join(proc, String(next), 'task', task, 'children'), 'utf8').catch(() => '');
      waiting.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return found.length === 0 ? null : found;
}

/** Targets of the open descriptors of a process, by number; null where they may not be read. */
export async function openDescriptors(pid: number): Promise<ReadonlyMap<string, string> | null> {
  const folder = `/proc/${pid}/fd`;
  const numbers = await readdir(folder).catch(() => null);
  if (numbers === null) return null;
  const found = new Map<string, string>();
  for (const number of numbers) {
    const target = await readlink(join(folder, number)).catch(() => null);
    if (target !== null) found.set(number, target);
  }
  return found;
}

/** The files on disk that processes hold open and no folder names any more, and how many processes could not be read. */
export async function unnamedFiles(
  pids: readonly number[],
): Promise<{ readonly files: readonly UnnamedFile[]; readonly unreadable: number }> {
  const files: UnnamedFile[] = [];
  let unreadable = 0;
  for (const pid of pids) {
    const descriptors = await openDescriptors(pid);
    if (descriptors === null) {
      unreadable += 1;
      continue;
    }
    for (const [number, target] of descriptors) {
      if (!target.startsWith('/') || !target.endsWith(' (deleted)')) continue;
      const path = `/proc/${pid}/fd/${number}`;
      const facts = await statfs(path).catch(() => null);
      // In memory and nowhere else: opened columns are there by design, and gone with the process.
      if (facts === null || IN_MEMORY.has(facts.type >>> 0)) continue;
      files.push({ path, name: `process ${pid}: ${target}` });
    }
  }
  return { files, unreadable };
}
