/** Between the beginnings of two handshakes while there is other work. */
const REST_MS = 4;
/** Other work counts for this long. */
const BUSY_MS = 100;

/**
 * Lets handshakes begin one by one, in the order in which they came.
 *
 * Each takes a millisecond and more of the thread. If many that come at once began at once, whoever is connected would wait
 * for all of them; so one begins in each turn of the event loop, and while readings or requests come in there is a rest in
 * between, in which those are answered. Without other work handshakes go as fast as they can.
 */
export class HandshakePace {
  readonly #nowMs: () => number;
  readonly #waiting = new Set<() => void>();
  #workedMs = -Infinity;
  #begun = false;

  /** @param nowMs monotonic milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Handshakes that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Is to be told of work for those who are connected. */
  worked(): void {
    this.#workedMs = this.#nowMs();
  }

  /**
   * @param begin is called now, or when its turn has come; each time another function
   * @returns takes it out of the line: whoever connects and leaves all the time would else have everybody wait
   */
  begin(begin: () => void): () => void {
    if (this.#begun) this.#waiting.add(begin);
    else this.#start(begin);
    return () => void this.#waiting.delete(begin);
  }

  #start(begin: () => void): void {
    this.#begun = true;
    const end = (): void => this.#end();
    if (this.#nowMs() - this.#workedMs < BUSY_MS) setTimeout(end, REST_MS);
    else setImmediate(end);
    begin();
  }

  #end(): void {
    this.#begun = false;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#start(next);
  }
}
