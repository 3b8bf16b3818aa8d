/** Between the beginnings of two handshakes while there is other work. */
const REST_MS = 4;
/** Other work counts for this long. */
const BUSY_MS = 100;

/** A handshake that has not begun. */
export interface Waiting {
  readonly begin: () => void;
  /** Whether the other side has left, so that there is nothing to begin. */
  readonly isOver: () => boolean;
}

/**
 * Lets handshakes begin one by one, in the order in which they came.
 *
 * Each takes a millisecond and more of the thread. If many that come at once began at once, whoever is connected would wait
 * for all of them; so one begins in each turn of the event loop, and while readings or requests come in there is a rest in
 * between, in which those are answered. Without other work handshakes go as fast as they can.
 */
export class HandshakePace {
  readonly #nowMs: () => number;
  readonly #waiting: Waiting[] = [];
  #workedMs = -Infinity;
  #begun = false;

  /** @param nowMs monotonic milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Handshakes that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Is to be told of work for those who are connected. */
  worked(): void {
    this.#workedMs = this.#nowMs();
  }

  /** Begins one now, or when its turn has come. */
  begin(one: Waiting): void {
    if (this.#begun) this.#waiting.push(one);
    else this.#start(one);
  }

  #start({ begin }: Waiting): void {
    this.#begun = true;
    const end = (): void => this.#end();
    if (this.#nowMs() - this.#workedMs < BUSY_MS) setTimeout(end, REST_MS);
    else setImmediate(end);
    begin();
  }

  #end(): void {
    this.#begun = false;
    // Those that have left take no turn: a stranger who connects and leaves all the time would have everybody wait.
    let next = this.#waiting.shift();
    while (next?.isOver() === true) next = this.#waiting.shift();
    if (next !== undefined) this.#start(next);
  }
}
