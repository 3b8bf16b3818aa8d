import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { giveTurn } from '#flow/store/index.ts';
import { openRunnableThreads } from '../process/runnable-threads.ts';

/** What rests go by; the machine's own by default. */
export interface RestMeans {
  /** Threads that run or wait for a processor, this one included. */
  readonly running: () => number;
  readonly processors: number;
  /** Processor time of this thread so far, in milliseconds. */
  readonly workedMs: () => number;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Rests come to so many times the work at most: what is made takes five times as long, and never longer. */
const SHARE = 4;
/** What was not taken while nobody else wanted a processor is not kept for later, beyond this. */
const MOST_OWED_MS = 200;
const SLEEP_MS = 1;

/**
 * Rests of a thread whose work can wait: between its steps it sleeps while others wait for a processor, as long as it is not
 * pressed.
 *
 * Niceness alone does not let them pass on few processors: whoever wakes up is placed on one that is idle, and one with a
 * thread of any niceness is not, so others share a processor for as long as a hundred milliseconds while this thread has the
 * other. A class that gets what nobody else wants would; but such a thread may get nothing for as long as others want to,
 * neither when it is waited for nor to end.
 */
export class Rests {
  readonly #means: RestMeans;
  #workedMs: number;
  #owedMs = 0;
  /** Whether there is no time to rest. */
  pressed = false;

  constructor(means: Partial<RestMeans> = {}) {
    this.#means = { ...ownMeans(), ...means };
    this.#workedMs = this.#means.workedMs();
  }

  /** Comes back at once where nobody waits for a processor. Others of this thread have their turn in any case. */
  async take(): Promise<void> {
    const { running, processors, workedMs, nowMs, sleep } = this.#means;
    await giveTurn();
    const worked = workedMs();
    this.#owedMs = Math.min(this.#owedMs + SHARE * (worked - this.#workedMs), MOST_OWED_MS);
    this.#workedMs = worked;
    while (!this.pressed && this.#owedMs > 0 && running() > processors) {
      const began = nowMs();
      await sleep(SLEEP_MS);
      this.#owedMs -= nowMs() - began;
    }
  }
}

function ownMeans(): RestMeans {
  return {
    running: openRunnableThreads(),
    // Of the whole system, as the count is, whichever this process may use.
    processors: cpus().length,
    workedMs: () => {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1_000;
    },
    nowMs: () => performance.now(),
    sleep: wait,
  };
}
