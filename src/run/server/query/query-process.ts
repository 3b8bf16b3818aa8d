import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { CODE_CACHE } from '../control/package-files.ts';
import { endingWithParent } from '../process/ends-with-parent.ts';
import { KEPT_MEMORY } from '../process/kept-memory.ts';
import { treeGivesWay } from '../process/give-way.ts';
import { childLine } from '../process/lines.ts';
import { Peer } from '../process/peer.ts';
import type { Execution, QueryControlMethods, QueryMethods, WantedKeys } from './contract.ts';
import { QueryError } from '#flow/query/index.ts';
import type { QuerySummary, SegmentKeys } from '#flow/query/index.ts';

/** How long a statement that is to stop may take to do so before its process is ended. */
const GRACE_MS = 5_000;

/** Behind the gateway and the store, beside sealing. */
const NICENESS = 10;

/** How a query process is started: the program and its arguments, confined or not. */
export interface Launch {
  readonly command: string;
  readonly arguments: readonly string[];
}

/** What a running statement reaches of control. */
export interface RunPorts {
  /** Takes a part of the result, and holds the next one back until it resolves. */
  readonly sink: (bytes: Uint8Array) => Promise<void>;
  /** Gives keys of what the statement's plan grants. */
  readonly keys: (wanted: readonly WantedKeys[]) => Promise<readonly SegmentKeys[]>;
  /** Told from when to when the process has run it, by its own clock. */
  readonly ran?: (start: Micros, end: Micros) => void;
  /** Told once it has ended, whatever came of it. */
  readonly ended?: () => void;
}

/** One query process and the subject that it serves. */
export class QueryProcess {
  readonly #child: ChildProcess;
  readonly #peer: Peer<QueryMethods>;
  readonly #runs = new Map<number, RunPorts>();
  #next = 1;
  /** The subject that it serves; null until the first, then for ever the same. */
  subject: string | null = null;
  busy = false;
  /** Whether it gives way to others on the processor, as it does from then on. */
  givesWay = false;
  idleSince = performance.now();
  busySince = performance.now();
  ended = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    const offered: QueryControlMethods = {
      chunk: async ({ id, bytes }) => {
        await this.#runs.get(id)?.sink(bytes);
      },
      keys: async ({ id, wanted }) => {
        const run = this.#runs.get(id);
        // A process gets keys while a statement runs, and of that one alone.
        if (run === undefined) throw new QueryError('QUERY_CANCELLED', 'Cannot give keys: the statement has ended');
        return run.keys(wanted);
      },
      ran: ({ id, start, end }) => {
        // From a process that reads hostile SQL: what is no time is no time.
        if (Number.isFinite(start) && Number.isFinite(end)) this.#runs.get(id)?.ran?.(micros(start), micros(end));
      },
    };
    this.#peer = new Peer<QueryMethods>(childLine(child), offered);
    this.#peer.onClose(() => {
      this.ended = true;
    });
  }

  static start(launch: Launch): QueryProcess {
    const { command, arguments: argv } = endingWithParent(launch);
    const child = spawn(command, argv, {
      // Nothing of the platform's environment reaches the process that reads hostile SQL.
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', NODE_COMPILE_CACHE: CODE_CACHE, ...KEPT_MEMORY },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    child.on('error', () => {});
    return new QueryProcess(child);
  }

  get peer(): Peer<QueryMethods> {
    return this.#peer;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Runs a plan. */
  async execute(execution: Omit<Execution, 'id'>, ports: RunPorts, signal: AbortSignal): Promise<QuerySummary> {
    const id = this.#next++;
    let ended = false;
    const cancel = () => {
      this.#peer.tell('cancel', id);
      // Where it cannot hear, as in the middle of one huge value, it ends all the same.
      setTimeout(() => ended || this.stop(), GRACE_MS).unref();
    };
    let overdue = false;
    const timer = setTimeout(() => {
      overdue = true;
      this.stop();
    }, execution.plan.limits.time + GRACE_MS);
    this.#runs.set(id, ports);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const summary = this.#peer.call('execute', { id, ...execution });
      // Who left while the statement was prepared is heard too.
      if (signal.aborted) cancel();
      return await summary;
    } catch (error) {
      if (overdue) throw new QueryError('QUERY_TIME_LIMIT', 'Cannot finish statement: it ran longer than allowed');
      throw error;
    } finally {
      ended = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      this.#runs.delete(id);
      ports.ended?.();
    }
  }

  /** Has it give way to the platform and to processes of other subjects; taking that back would take a privilege. */
  giveWay(): void {
    if (this.givesWay || this.#child.pid === undefined) return;
    this.givesWay = true;
    treeGivesWay(this.#child.pid, NICENESS);
  }

  stop(): void {
    this.ended = true;
    this.#child.kill('SIGKILL');
    // What `unshare` had just forked, and not tied to itself yet, hears of it so.
    if (this.#child.connected) this.#child.disconnect();
  }
}
