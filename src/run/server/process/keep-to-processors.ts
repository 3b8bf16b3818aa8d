import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const TASKSET = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((folder) => `${folder}/taskset`);
const PATIENCE_MS = 5_000;

/** Whether the machine has what it takes; everything else here does nothing without. */
export function canKeep(): boolean {
  return tool() !== undefined;
}

/**
 * Has a process that was just started run on some processors alone, with all threads that it starts from here on. Where it
 * has ended, the machine has no `taskset` or none of the processors is there, things stay as they were.
 */
export function keepProcess(pid: number, processors: readonly number[]): void {
  const taskset = tool();
  if (taskset === undefined) return;
  spawnSync(taskset, ['-a', '-p', '-c', processors.join(','), String(pid)], { stdio: 'ignore', timeout: PATIENCE_MS });
}

/**
 * Has the threads of a process that have such a name, in the order in which they were started, stay on one processor each.
 *
 * @param name at most 15 bytes, as the system keeps them
 */
export async function keepThreads(pid: number, name: string, processors: readonly number[]): Promise<void> {
  const taskset = tool();
  if (taskset === undefined) return;
  const threads = threadsNamed(pid, name).slice(0, processors.length);
  await Promise.all(threads.map((thread, i) => run(taskset, ['-p', '-c', String(processors[i]), String(thread)])));
}

function threadsNamed(pid: number, name: string): readonly number[] {
  const folder = `/proc/${pid}/task`;
  const threads = orNothing(() => readdirSync(folder)) ?? [];
  return threads
    .filter((thread) => orNothing(() => readFileSync(`${folder}/${thread}/comm`, 'utf8'))?.trimEnd() === name)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Nothing of what has ended meanwhile: a process, or one thread of it. */
function orNothing<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}

function tool(): string | undefined {
  return TASKSET.find((file) => existsSync(file));
}

/** Whatever comes of it. */
function run(command: string, flags: readonly string[]): Promise<void> {
  return new Promise((resolve) => execFile(command, flags, { timeout: PATIENCE_MS }, () => resolve()));
}
