import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Of `setpriority`: nothing gives way further. */
const LEAST_PRIORITY = 19;

/**
 * Has a process, or one thread of it by the thread's id, give way on the processor, 0 (not at all) to 19, relative to the
 * process that asks. Threads that it starts later inherit it.
 *
 * @see setpriority(2): on Linux niceness is of a thread
 */
export function giveWay(id: number, niceness: number): void {
  try {
    setPriority(id, Math.min(LEAST_PRIORITY, getPriority() + niceness));
  } catch {
    // It has ended already, or the system knows no such thing: it runs all the same.
  }
}

/** The id of the thread that asks, as the system knows it; null where that cannot be known. */
export function ownThread(): number | null {
  try {
    const id = Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1]);
    return Number.isInteger(id) ? id : null;
  } catch {
    return null;
  }
}

/** Has all threads of a process, and of the processes that it started, give way; what cannot be reached is passed over. */
export function treeGivesWay(id: number, niceness: number): void {
  try {
    for (const thread of readdirSync(`/proc/${id}/task`)) {
      giveWay(Number(thread), niceness);
      const children = readFileSync(`/proc/${id}/task/${thread}/children`, 'utf8');
      for (const child of children.split(' ')) if (child !== '') treeGivesWay(Number(child), niceness);
    }
  } catch {
    // It has ended, or the system does not tell.
  }
}
