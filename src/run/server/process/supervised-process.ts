import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Log } from '#base/core/index.ts';
import { CODE_CACHE } from '../control/package-files.ts';
import { awaitStart } from './await-start.ts';
import type { StartPatience } from './await-start.ts';
import { forkEndingWithParent } from './ends-with-parent.ts';
import { giveWay } from './give-way.ts';
import { keepProcess } from './keep-to-processors.ts';
import { childLine } from './lines.ts';
import { Peer } from './peer.ts';
import type { Methods } from './peer.ts';

/** How a process is forked. */
export interface ForkSpec {
  /** The file that the process runs. */
  readonly entry: URL;
  /** Flags for Node, such as those of the permission model. */
  readonly nodeFlags: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** How far it gives way to this process and others like it on the processor, 0 (not at all) to 19. */
  readonly niceness?: number;
  /** The processors that it runs on; any where it is absent or null. */
  readonly processors?: readonly number[] | null;
}

export interface ProcessSpec<Remote extends Methods> extends ForkSpec {
  readonly name: string;
  /** One that was forked ahead and serves as the first, so that it loads its code while its start is prepared. */
  readonly forked?: ChildProcess;
  /** What this side offers to the process. */
  readonly offered: Methods;
  /** Brings a fresh process to work; called again after each restart. */
  readonly start: (peer: Peer<Remote>, child: ChildProcess) => Promise<void>;
  readonly log: Log;
  /** How long each start may take; `awaitStart` says it where it is absent. */
  readonly patience?: StartPatience;
  /** Called when a process that should run has ended. */
  readonly onCrash?: (code: number | null) => void;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 5_000;
/** A process that has lived this long starts over with the shortest wait. */
const SOUND_AFTER_MS = 30_000;

/**
 * A child process that is started again whenever it ends without having been asked to.
 *
 * Waits between restarts grow from 50 ms to 5 s, so that one that cannot start does not burn the machine.
 */
export class SupervisedProcess<Remote extends Methods> {
  readonly #spec: ProcessSpec<Remote>;
  #child: ChildProcess | null = null;
  #peer: Promise<Peer<Remote>>;
  #stopping = false;
  #atWork = false;
  #waitMs = FIRST_WAIT_MS;
  restarts = 0;

  private constructor(spec: ProcessSpec<Remote>) {
    this.#spec = spec;
    this.#peer = this.#run();
  }

  /**
   * Resolves once the process is at work; rejects if its first start fails.
   *
   * @throws {ServerError} SERVER_PROCESS_STUCK where it does not come to work in time
   */
  static async start<Remote extends Methods>(spec: ProcessSpec<Remote>): Promise<SupervisedProcess<Remote>> {
    const supervised = new SupervisedProcess(spec);
    try {
      await supervised.#peer;
    } catch (error) {
      await supervised.stop(0);
      throw error;
    }
    return supervised;
  }

  /** The line to the process; after a crash, to the one that takes its place. */
  get peer(): Promise<Peer<Remote>> {
    return this.#peer;
  }

  /** Whether it was brought to work and has not ended since. */
  get isAtWork(): boolean {
    return this.#atWork;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Asks the process to drain (SIGTERM) and ends it after `graceMs` if it has not. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  }

  async #run(): Promise<Peer<Remote>> {
    const { name, offered, start, log, forked, patience } = this.#spec;
    const startedAt = performance.now();
    const child = this.#child === null && forked?.connected === true ? forked : forkProcess(this.#spec);
    this.#child = child;
    const peer = new Peer<Remote>(childLine(child), offered);
    child.once('error', (error) => log.error({ process: name, error: error.message }, 'process could not be started'));
    child.once('exit', (code, signal) => {
      this.#atWork = false;
      if (this.#stopping) return;
      log.error({ process: name, code, signal }, 'process ended, starting it again');
      this.#spec.onCrash?.(code);
      if (performance.now() - startedAt > SOUND_AFTER_MS) this.#waitMs = FIRST_WAIT_MS;
      this.#peer = this.#again();
      // Whoever awaits the line hears of a failure; nobody awaiting it is no fault.
      this.#peer.catch(() => {});
    });
    try {
      await awaitStart(name, start(peer, child), log, patience);
    } catch (error) {
      // Who asked for the first start hears of it; of another one nobody may.
      if (this.restarts > 0) log.error({ process: name, error: String(error) }, 'process could not be brought to work');
      // It runs and does not work: ended, it is started again like one that crashed.
      child.kill('SIGKILL');
      throw error;
    }
    this.#atWork = child.exitCode === null && child.signalCode === null;
    return peer;
  }

  async #again(): Promise<Peer<Remote>> {
    this.restarts += 1;
    await new Promise((resolve) => setTimeout(resolve, this.#waitMs));
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    if (this.#stopping) throw new Error('stopping');
    return this.#run();
  }
}

/** Forks a process that waits for its start; it ends with this one. */
export function forkProcess({ entry, nodeFlags, environment, niceness, processors = null }: ForkSpec): ChildProcess {
  const child = fork(entry, [], {
    ...forkEndingWithParent(nodeFlags),
    serialization: 'advanced',
    // The environment is not handed down: nothing secret or surprising reaches a child that it does not need.
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: CODE_CACHE, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // Who supervises it reports what it comes to; until then nobody needs it.
  child.on('error', () => {});
  // Before it has threads, which inherit it.
  if (niceness !== undefined && child.pid !== undefined) giveWay(child.pid, niceness);
  if (processors !== null && child.pid !== undefined) keepProcess(child.pid, processors);
  return child;
}
