import { spawnSync } from 'node:child_process';

/** A place where each system that has the command keeps it; it is part of util-linux. */
const COMMAND = 'chrt';
const PATIENCE_MS = 1_000;

/**
 * Has a thread run only on processors that nobody else wants: in the system's class for that, where niceness would still
 * have others wait for it. Taking it back would take a privilege.
 *
 * @param id of the thread, as the system knows it
 * @returns false where the system knows no such thing; the thread runs as before
 * @see sched(7), SCHED_IDLE
 */
export function stepAside(id: number): boolean {
  const { status } = spawnSync(COMMAND, ['--idle', '--pid', '0', String(id)], {
    stdio: 'ignore',
    timeout: PATIENCE_MS,
  });
  return status === 0;
}
