import { hasCode } from '#base/core/index.ts';
import type { EngineLimits } from '#flow/query/index.ts';
import { ServerError } from '../errors.ts';
import { QueryProcess } from './query-process.ts';
import type { Launch } from './query-process.ts';

/** What a pool asks of its surroundings, anew each time. */
export interface PoolBounds {
  /** Statements that may run at once. */
  readonly most: () => number;
  /** Statements of one subject that are begun together; one more begins once these have lasted a while. */
  readonly abreast: number;
  /** What the engine of one statement may take, so that the first one is made ahead; null makes none. */
  readonly engine: () => EngineLimits | null;
  /** What for, where that is not statements that somebody waits for: datasets last, so their processes give way to all others and none stands ready. */
  readonly serves?: 'datasets';
}

/** Times of a pool, in milliseconds. */
export interface PoolTimes {
  /** A process that served a subject ends after this long without a statement. */
  readonly idle: number;
  /** How often is looked for such processes. */
  readonly sweep: number;
  /**
   * A process is made ready once no statement has run for this long after one was taken: starting it takes as much of a
   * processor as thirty statements, from those who wait for theirs.
   */
  readonly spare: number;
  /** It is made ready this long after, whatever runs. */
  readonly spareLatest: number;
  /** A statement waits this long for a process before it is refused. */
  readonly queue: number;
  /** Statements of a subject that have lasted this long hold back no further one of it. */
  readonly brief: number;
}

/** A process answers what it holds within this. */
const ANSWER_MS = 5_000;

/** Times of a pool of statements. */
const TIMES: PoolTimes = { idle: 60_000, sweep: 5_000, spare: 500, spareLatest: 10_000, queue: 10_000, brief: 1_000 };

/** Longer than a reader may take nothing of a dataset: who waits behind some that left without a word gets a process. */
const DATASET_QUEUE_MS = 75_000;

interface Waiting {
  readonly subject: string;
  readonly take: (process: QueryProcess) => void;
  readonly refuse: (why: ServerError) => void;
}

/**
 * Query processes: each serves one subject and ends when idle. One that serves nobody yet stands ready, so that a
 * first statement does not wait for a process to start.
 *
 * Brief statements of one subject go one after the other where there are no processors for more: side by side they would
 * end no sooner, and each would start a process, at the cost of everybody else. A long one holds nobody back. A person who
 * asked for little waited 5 to 10 times as long beside a flood of statements before, and 2.2 times since.
 */
export class QueryPool implements Disposable {
  readonly #launch: Launch;
  readonly #most: () => number;
  readonly #abreast: number;
  readonly #engine: PoolBounds['engine'];
  readonly #serves: 'statements' | 'datasets';
  readonly #times: PoolTimes;
  readonly #processes = new Set<QueryProcess>();
  readonly #queue: Waiting[] = [];
  readonly #timer: NodeJS.Timeout;
  #spare: QueryProcess | null = null;
  /** When is looked next whether one can be made ready. */
  #order: NodeJS.Timeout | null = null;
  /** When is looked again at who waits for a brief statement of its own. */
  #again: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(
    launch: Launch,
    { most, abreast, engine, serves }: PoolBounds,
    times = serves === 'datasets' ? { ...TIMES, queue: DATASET_QUEUE_MS } : TIMES,
  ) {
    this.#launch = launch;
    this.#most = most;
    this.#abreast = abreast;
    this.#engine = engine;
    this.#serves = serves ?? 'statements';
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

  /**
   * Has all processes forget opened columns of segments, and asks what they hold of them after that: what a statement
   * reads it keeps until it ends. A process that does not answer in time counts for all of them.
   */
  async heldAfterDrop(segments: readonly string[]): Promise<number> {
    const asked = [...this.#processes].map(async ({ peer }) => {
      peer.tell('drop', segments);
      const late = Promise.withResolvers<number>();
      const timer = setTimeout(() => late.resolve(segments.length), ANSWER_MS);
      // What ended holds nothing.
      const held = peer.call('held', segments).catch((error: unknown) => {
        if (hasCode(error, 'SERVER_PROCESS_GONE')) return 0;
        throw error;
      });
      return Promise.race([held, late.promise]).finally(() => clearTimeout(timer));
    });
    return (await Promise.all(asked)).reduce((sum, held) => sum + held, 0);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const timer of [this.#again, this.#order]) if (timer !== null) clearTimeout(timer);
    for (const process of this.#processes) process.stop();
    this.#spare?.stop();
    for (const waiting of this.#queue.splice(0)) waiting.refuse(stopping());
  }

  async #take(subject: string): Promise<QueryProcess> {
    const ready = this.#find(subject);
    if (ready !== null) return ready;
    this.#giveWay(subject);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        subject,
        take: (process) => {
          clearTimeout(timer);
          resolve(process);
        },
        refuse: (why) => {
          clearTimeout(timer);
          reject(why);
        },
      };
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        waiting.refuse(this.#busy());
      }, this.#times.queue);
      this.#queue.push(waiting);
    });
  }

  #busy(): ServerError {
    const [what, hint] =
      this.#serves === 'datasets'
        ? [`make or read dataset: ${this.#most()} are made or read already`, 'Try again once one of them has ended; limits: datasets-at-once says how many there may be'] // prettier-ignore
        : [`run statement: ${this.#most()} run already`, 'Try again in a few seconds'];
    return new ServerError('SERVER_QUERY_BUSY', `Cannot ${what}`, { hint });
  }

  /** An idle process of the subject, else a fresh one where that many may run. */
  #find(subject: string): QueryProcess | null {
    this.#forgetEnded();
    const busy = [...this.#processes].filter((process) => process.busy);
    const own = busy.filter((process) => process.subject === subject);
    // One place is always left to others, where there are several.
    if (busy.length >= this.#most() || own.length >= Math.max(1, this.#most() - 1)) return null;
    if (!this.#mayBegin(own)) return null;
    const free = [...this.#processes].filter((process) => !process.busy && process.subject === subject);
    let found = free.find(({ givesWay }) => !givesWay) ?? free[0];
    if (found === undefined) {
      // Idle processes of others make room: what they have opened is theirs alone.
      const idle = [...this.#processes].filter(({ busy }) => !busy).sort((a, b) => a.idleSince - b.idleSince);
      if (this.#processes.size >= this.#most() + 2) idle[0]?.stop();
      found = this.#spare !== null && !this.#spare.ended ? this.#spare : QueryProcess.start(this.#launch);
      this.#spare = null;
      this.#processes.add(found);
      this.#orderSpare();
    }
    found.subject = subject;
    found.busy = true;
    found.busySince = performance.now();
    if (own.length > 0) this.#giveWay(subject);
    if (this.#serves === 'datasets') found.giveWay();
    return found;
  }

  /** Whether one more of a subject begins beside those of it that run; where not yet, it is looked at again in time. */
  #mayBegin(own: readonly QueryProcess[]): boolean {
    const begun = performance.now() - this.#times.brief;
    const brief = own.filter(({ busySince }) => busySince > begun);
    if (brief.length < this.#abreast) return true;
    const first = Math.min(...brief.map(({ busySince }) => busySince));
    this.#again ??= setTimeout(
      () => {
        this.#again = null;
        this.#serveQueue();
      },
      Math.ceil(first - begun) + 1,
    ).unref();
    return false;
  }

  /** Who asks one statement at a time goes before readings; who asks several at once goes behind everybody. */
  #giveWay(subject: string): void {
    for (const process of this.#processes) if (process.busy && process.subject === subject) process.giveWay();
  }

  /** Gives all who wait a process for whom there is one by now. */
  #serveQueue(): void {
    if (this.#closed) return;
    for (let at = 0; at < this.#queue.length;) {
      const process = this.#find(this.#queue[at]!.subject);
      if (process === null) at += 1;
      else this.#queue.splice(at, 1)[0]!.take(process);
    }
  }

  #orderSpare(since = performance.now()): void {
    if (this.#serves === 'datasets' || this.#spare?.ended === false) return;
    this.#order ??= setTimeout(() => {
      this.#order = null;
      if (this.#isCalm() || performance.now() - since >= this.#times.spareLatest) this.#prepareSpare();
      else this.#orderSpare(since);
    }, this.#times.spare).unref();
  }

  /** Whether no statement runs, nor did a moment ago. */
  #isCalm(): boolean {
    const before = performance.now() - this.#times.spare;
    return [...this.#processes].every(({ busy, idleSince }) => !busy && idleSince <= before);
  }

  #prepareSpare(): void {
    if (this.#serves === 'datasets' || this.#closed || (this.#spare !== null && !this.#spare.ended)) return;
    this.#spare = QueryProcess.start(this.#launch);
    const engine = this.#engine();
    if (engine !== null) this.#spare.peer.tell('prepare', engine);
  }

  #sweep(): void {
    this.#forgetEnded();
    const oldest = performance.now() - this.#times.idle;
    for (const process of this.#processes) if (!process.busy && process.idleSince < oldest) process.stop();
    this.#forgetEnded();
    this.#orderSpare();
  }

  #forgetEnded(): void {
    for (const process of this.#processes) if (process.ended) this.#processes.delete(process);
  }
}

function stopping(): ServerError {
  return new ServerError('SERVER_PROCESS_GONE', 'Cannot run statement: the platform stops', {
    hint: 'Try again once it has started',
  });
}
