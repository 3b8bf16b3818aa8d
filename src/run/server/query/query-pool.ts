import type { EngineLimits } from '#flow/query/index.ts';
import { ServerError } from '../errors.ts';
import { QueryProcess } from './query-process.ts';
import type { Launch } from './query-process.ts';

/** What a pool asks of its surroundings, anew each time. */
export interface PoolBounds {
  /** Statements that may run at once. */
  readonly most: () => number;
  /** What the engine of one statement may take, so that the first one is made ahead; null makes none. */
  readonly engine: () => EngineLimits | null;
}

/** Times of a pool, in milliseconds. */
export interface PoolTimes {
  /** A process that served a subject ends after this long without a statement. */
  readonly idle: number;
  /** How often is looked for such processes. */
  readonly sweep: number;
  /** A process is made ready this long after one was taken: not while the platform, or who waits for that one, starts. */
  readonly spare: number;
  /** A statement waits this long for a process before it is refused. */
  readonly queue: number;
}

const TIMES: PoolTimes = { idle: 60_000, sweep: 5_000, spare: 500, queue: 10_000 };

interface Waiting {
  readonly subject: string;
  readonly take: (process: QueryProcess) => void;
}

/**
 * Query processes: each serves one subject and ends when idle. One that serves nobody yet stands ready, so that a
 * first statement does not wait for a process to start.
 */
export class QueryPool implements Disposable {
  readonly #launch: Launch;
  readonly #most: () => number;
  readonly #engine: PoolBounds['engine'];
  readonly #times: PoolTimes;
  readonly #processes = new Set<QueryProcess>();
  readonly #queue: Waiting[] = [];
  readonly #timer: NodeJS.Timeout;
  #spare: QueryProcess | null = null;
  #closed = false;

  constructor(launch: Launch, { most, engine }: PoolBounds, times = TIMES) {
    this.#launch = launch;
    this.#most = most;
    this.#engine = engine;
    this.#times = times;
    this.#timer = setInterval(() => this.#sweep(), times.sweep).unref();
    this.#prepareSpare();
  }

  get running(): number {
    return [...this.#processes].filter(({ busy }) => busy).length;
  }

  /**
   * Lends a process to one subject for the length of `work`.
   *
   * @throws {ServerError} SERVER_QUERY_BUSY where none comes free in time
   */
  async use<T>(subject: string, work: (process: QueryProcess) => Promise<T>): Promise<T> {
    const process = await this.#take(subject);
    try {
      return await work(process);
    } finally {
      process.busy = false;
      process.idleSince = performance.now();
      this.#serveQueue();
    }
  }

  /** Has all processes forget opened columns of segments. */
  drop(segments: readonly string[]): void {
    for (const process of this.#processes) if (!process.ended) process.peer.tell('drop', segments);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const process of this.#processes) process.stop();
    this.#spare?.stop();
  }

  async #take(subject: string): Promise<QueryProcess> {
    const ready = this.#find(subject);
    if (ready !== null) return ready;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        subject,
        take: (process) => {
          clearTimeout(timer);
          resolve(process);
        },
      };
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(
          new ServerError('SERVER_QUERY_BUSY', `Cannot run statement: ${this.#most()} run already`, {
            hint: 'Try again in a few seconds',
          }),
        );
      }, this.#times.queue);
      this.#queue.push(waiting);
    });
  }

  /** An idle process of the subject, else a fresh one where that many may run. */
  #find(subject: string): QueryProcess | null {
    this.#forgetEnded();
    const busy = [...this.#processes].filter((process) => process.busy);
    const own = busy.filter((process) => process.subject === subject).length;
    // One place is always left to others, where there are several.
    if (busy.length >= this.#most() || own >= Math.max(1, this.#most() - 1)) return null;
    const free = [...this.#processes].filter((process) => !process.busy && process.subject === subject);
    let found = free.find(({ givesWay }) => !givesWay) ?? free[0];
    if (found === undefined) {
      // Idle processes of others make room: what they have opened is theirs alone.
      const idle = [...this.#processes].filter(({ busy }) => !busy).sort((a, b) => a.idleSince - b.idleSince);
      if (this.#processes.size >= this.#most() + 2) idle[0]?.stop();
      found = this.#spare !== null && !this.#spare.ended ? this.#spare : QueryProcess.start(this.#launch);
      this.#spare = null;
      this.#processes.add(found);
      setTimeout(() => this.#prepareSpare(), this.#times.spare).unref();
    }
    found.subject = subject;
    found.busy = true;
    // Who asks one statement at a time goes before readings; who asks several at once goes behind everybody.
    if (own > 0) for (const process of this.#processes) if (process.subject === subject) process.giveWay();
    return found;
  }

  #serveQueue(): void {
    for (const [at, waiting] of this.#queue.entries()) {
      const process = this.#find(waiting.subject);
      if (process === null) continue;
      this.#queue.splice(at, 1);
      waiting.take(process);
      return;
    }
  }

  #prepareSpare(): void {
    if (this.#closed || (this.#spare !== null && !this.#spare.ended)) return;
    this.#spare = QueryProcess.start(this.#launch);
    const engine = this.#engine();
    if (engine !== null) this.#spare.peer.tell('prepare', engine);
  }

  #sweep(): void {
    this.#forgetEnded();
    const oldest = performance.now() - this.#times.idle;
    for (const process of this.#processes) if (!process.busy && process.idleSince < oldest) process.stop();
    this.#forgetEnded();
    this.#prepareSpare();
  }

  #forgetEnded(): void {
    for (const process of this.#processes) if (process.ended) this.#processes.delete(process);
  }
}
