import type { ObjectsPlace } from '#declare/template/index.ts';
import type { Segment, SegmentMaker } from '#flow/store/index.ts';
import type { Pace } from './contract.ts';

/** A thread that makes segments. */
export interface MakerThread extends SegmentMaker, AsyncDisposable {
  usePlaces(declared: readonly ObjectsPlace[]): void;
}

export interface SealingThreadsParts {
  start(pace: Pace): MakerThread;
  /** Readings that wait to be sealed. */
  waiting(): number;
  /** Whether somebody waits for what is made. */
  awaited(): boolean;
  readonly limits?: Partial<HurryLimits>;
}

/** When there is no more time to stand aside. */
export interface HurryLimits {
  /** Readings that wait. */
  readonly rows: number;
  /** How long one segment takes at most, in milliseconds. */
  readonly segmentMs: number;
  /** The same where somebody waits for it. */
  readonly awaitedMs: number;
  /** How long a hurry lasts at least. */
  readonly hurryMs: number;
  /** How often is looked while a segment is made. */
  readonly lookMs: number;
}

const LIMITS: HurryLimits = { rows: 786_432, segmentMs: 20_000, awaitedMs: 1_000, hurryMs: 5_000, lookMs: 250 };

/**
 * Makes segments on processors that nobody else wants, as long as that is enough.
 *
 * Whoever sends readings waits for the gateway, and nobody waits for a segment. But where the machine has no time left
 * for long, what waits would outgrow memory, and so would the patience of who asked for it to be sealed: then a thread that stands in line with the others takes over. A thread
 * cannot come back from standing aside, so there are two, one at a time; what the first was making is made anew, and what
 * it left is removed at the next start, like what a crash leaves.
 */
export class SealingThreads implements SegmentMaker, AsyncDisposable {
  readonly #parts: SealingThreadsParts;
  readonly #limits: HurryLimits;
  #places: readonly ObjectsPlace[] | null = null;
  #thread: MakerThread;
  #hurryUntilMs: number | null = null;

  constructor(parts: SealingThreadsParts) {
    this.#parts = parts;
    this.#limits = { ...LIMITS, ...parts.limits };
    this.#thread = parts.start('aside');
  }

  get hurries(): boolean {
    return this.#hurryUntilMs !== null;
  }

  seal(...order: Parameters<SegmentMaker['seal']>): Promise<Segment> {
    return this.#make((thread) => thread.seal(...order));
  }

  compact(...order: Parameters<SegmentMaker['compact']>): Promise<Segment | null> {
    return this.#make((thread) => thread.compact(...order));
  }

  /** Has other places count from now on. */
  usePlaces(declared: readonly ObjectsPlace[]): void {
    this.#places = declared;
    this.#thread.usePlaces(declared);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread[Symbol.asyncDispose]();
  }

  async #make<T>(order: (thread: MakerThread) => Promise<T>): Promise<T> {
    await this.#choose();
    if (this.hurries) return order(this.#thread);
    const made = order(this.#thread);
    if (await this.#inTime(made)) return made;
    await this.#use('hurry');
    return order(this.#thread);
  }

  /** Back to standing aside once the hurry is over. */
  async #choose(): Promise<void> {
    if (this.#hurryUntilMs === null) {
      if (this.#presses()) await this.#use('hurry');
    } else if (performance.now() > this.#hurryUntilMs && !this.#presses()) await this.#use('aside');
  }

  async #use(pace: Pace): Promise<void> {
    await this.#thread[Symbol.asyncDispose]();
    this.#thread = this.#parts.start(pace);
    if (this.#places !== null) this.#thread.usePlaces(this.#places);
    this.#hurryUntilMs = pace === 'hurry' ? performance.now() + this.#limits.hurryMs : null;
  }

  /** Waits for what is made, or until it takes too long. @returns whether it is there, or came to nothing */
  async #inTime(made: Promise<unknown>): Promise<boolean> {
    const { promise: tooLong, resolve } = Promise.withResolvers<false>();
    const { segmentMs, awaitedMs } = this.#limits;
    const began = performance.now();
    const look = setInterval(() => {
      const most = this.#parts.awaited() ? awaitedMs : segmentMs;
      if (this.#presses() || performance.now() - began > most) resolve(false);
    }, this.#limits.lookMs);
    const settled = made.then(
      () => true,
      () => true,
    );
    const inTime = await Promise.race([settled, tooLong]);
    clearInterval(look);
    return inTime;
  }

  #presses(): boolean {
    return this.#parts.waiting() > this.#limits.rows;
  }
}
