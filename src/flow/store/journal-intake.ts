import type { Clock, Metrics } from '#base/core/index.ts';
import type { JournalCursor, JournalItem, JournalReader } from '#flow/journal/index.ts';
import type { StoreState } from './ports.ts';
import type { Tail } from './tail.ts';
import type { VaultCarrier } from './vault-carrier.ts';

/** How much may wait before reading pauses. */
export interface IntakeLimits {
  /** Rows waiting at which reading the journal pauses until some are sealed. */
  readonly pauseRows: number;
  /** Bytes of what waits at which it does. */
  readonly pauseBytes: number;
}

export interface IntakeParts {
  readonly journal: JournalReader;
  readonly tail: Tail;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Takes originals to the vault. */
  readonly vault: VaultCarrier;
  readonly limits: IntakeLimits;
  readonly signal: AbortSignal;
  /** Called when reading pauses, for then something has to be sealed. */
  readonly onPause: () => void;
}

/**
 * Reads the journal into the tail from where the catalogue says, passing over what is in segments already, and
 * pausing while the tail is full: the journal grows then, and its own bound makes the gateway refuse.
 */
export class JournalIntake {
  readonly #parts: IntakeParts;
  readonly #offsets: Map<string, number>;
  /** What of the offsets has changed since it was asked for. */
  #moved = new Map<string, number>();
  #taken = 0;
  readonly #watermarks = new Map<string, number>();
  readonly #caughtUp = Promise.withResolvers<void>();
  #isCaughtUp = false;
  #paused = false;
  #resume: (() => void) | null = null;

  constructor(parts: IntakeParts, state: StoreState) {
    this.#parts = parts;
    this.#offsets = new Map(state.cursor);
    for (const { stream, file, offset } of state.watermarks) this.#watermarks.set(`${stream} ${file}`, offset);
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Rows that were taken into the tail. */
  get taken(): number {
    return this.#taken;
  }

  /** How far it has come in the files that it has read in since this was last called. */
  takeMoved(): ReadonlyMap<string, number> {
    const moved = this.#moved;
    this.#moved = new Map();
    return moved;
  }

  /** True once everything is in the tail that was durable at the start. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** Resolves once it is caught up, or has ended. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Reads until the signal. @throws {JournalError} what the journal throws */
  async run(): Promise<void> {
    const { journal, signal } = this.#parts;
    try {
      await this.#readAll(journal.read(this.#cursor(), { signal }));
      this.#isCaughtUp = !signal.aborted;
      this.#caughtUp.resolve();
      if (!signal.aborted) await this.#readAll(journal.read(this.#cursor(), { follow: true, signal }));
    } finally {
      this.#caughtUp.resolve();
    }
  }

  /** Forgets files that were deleted: there are ever more of them. */
  forgetFiles(files: readonly string[]): void {
    const gone = new Set(files);
    for (const file of gone) this.#offsets.delete(file);
    for (const mark of this.#watermarks.keys())
      if (gone.has(mark.slice(mark.indexOf(' ') + 1))) this.#watermarks.delete(mark);
  }

  /** Looks again whether there is room. */
  resume(): void {
    this.#resume?.();
  }

  #cursor(): JournalCursor {
    return new Map(this.#offsets);
  }

  async #readAll(items: AsyncIterable<JournalItem>): Promise<void> {
    const { tail, clock, signal } = this.#parts;
    for await (const { position, record } of items) {
      const { file, offset } = position;
      const before = this.#offsets.get(file) ?? 0;
      this.#offsets.set(file, offset);
      if (record.kind === 'batch' && record.batch.rows > 0 && offset > this.#sealedUpTo(record.batch.stream, file)) {
        tail.add({ batch: record.batch, file, before, after: offset }, clock.monotonicMs());
        this.#taken += record.batch.rows;
        this.#moved.set(file, offset);
        if (this.#isFull()) await this.#pause();
      } else {
        if (record.kind === 'vault') await this.#parts.vault.add(record);
        tail.passed(file, offset);
        this.#moved.set(file, offset);
      }
      if (signal.aborted) return;
    }
  }

  #sealedUpTo(stream: string, file: string): number {
    return this.#watermarks.get(`${stream} ${file}`) ?? 0;
  }

  #isFull(): boolean {
    const { tail, limits } = this.#parts;
    return tail.rows >= limits.pauseRows || tail.waitingBytes >= limits.pauseBytes;
  }

  async #pause(): Promise<void> {
    this.#paused = true;
    this.#parts.metrics.count('store_pauses');
    while (this.#isFull() && !this.#parts.signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resume = resolve;
      this.#parts.onPause();
      await promise;
    }
    this.#resume = null;
    this.#paused = false;
  }
}
