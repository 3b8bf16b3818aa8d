import { execFile } from 'node:child_process';

/**
 * Takes from this process, and from all that it starts from now on, the right to leave a core dump: a dump of memory
 * would hold keys. Where `prlimit` is missing nothing changes; what the limit then is, `memoryExposures` tells.
 *
 * @see prlimit(1), core(5)
 */
export function forbidCoreDumps(program = 'prlimit'): Promise<void> {
  return new Promise((resolve) => {
    execFile(program, ['--pid', String(process.pid), '--core=0:0'], { timeout: 5_000 }, () => resolve());
  });
}
