import type { Engine } from './engine.ts';
import type { StopReason } from './engine-error.ts';

/** How often a statement that is to stop is told so again: it may have been between two tasks. */
const INTERRUPT_EVERY_MS = 20;

/** Stops a statement when its time is over or its caller leaves. */
export class StopWatch {
  readonly #caller: AbortSignal;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#stop('caller');
  readonly #stopped = Promise.withResolvers<void>();
  #repeat: NodeJS.Timeout | null = null;
  #engine: Engine | null = null;
  reason: StopReason = null;

  constructor(caller: AbortSignal, time: number) {
    this.#caller = caller;
    this.#timer = setTimeout(() => this.#stop('time'), time);
    caller.addEventListener('abort', this.#onAbort, { once: true });
    if (caller.aborted) this.#stop('caller');
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** @param engine where it runs from now on; null for nowhere */
  watch(engine: Engine | null): void {
    this.#engine = engine;
  }

  check(): void {
    this.#abort.signal.throwIfAborted();
  }

  /** Waits for a part to be taken, but no longer than the statement may run: who takes nothing holds nothing up. */
  async within(taken: void | Promise<void>): Promise<void> {
    await Promise.race([taken, this.#stopped.promise]);
    this.check();
  }

  end(): void {
    clearTimeout(this.#timer);
    if (this.#repeat !== null) clearInterval(this.#repeat);
    this.#caller.removeEventListener('abort', this.#onAbort);
  }

  #stop(reason: 'time' | 'caller'): void {
    if (this.reason !== null) return;
    this.reason = reason;
    this.#abort.abort();
    this.#stopped.resolve();
    this.#engine?.connection.interrupt();
    this.#repeat = setInterval(() => this.#engine?.connection.interrupt(), INTERRUPT_EVERY_MS);
  }
}
