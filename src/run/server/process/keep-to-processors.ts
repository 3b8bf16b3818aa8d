import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const TASKSET = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((folder) => `${folder}/taskset`);

/**
 * Has a process that was just started run on some processors alone, with all threads that it starts from here on. Where it
 * has ended, the machine has no `taskset` or none of the processors is there, things stay as they were.
 */
export function keepProcess(pid: number, processors: readonly number[]): void {
  const taskset = tool();
  if (taskset === undefined) return;
  spawnSync(taskset, ['-a', '-p', '-c', processors.join(','), String(pid)], { stdio: 'ignore' });
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
  try {
    const named = (thread: string): boolean => readFileSync(`${folder}/${thread}/comm`, 'utf8').trimEnd() === name;
    return readdirSync(folder)
      .filter(named)
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    // It has ended.
    return [];
  }
}

function tool(): string | undefined {
  return TASKSET.find((file) => existsSync(file));
}

/** Whatever comes of it. */
function run(command: string, flags: readonly string[]): Promise<void> {
  return new Promise((resolve) => execFile(command, flags, () => resolve()));
}
