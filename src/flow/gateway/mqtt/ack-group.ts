/** Who hears what became of its messages: one connection. */
export interface AckTarget {
  committed(run: AckRun): void;
  failed(run: AckRun): void;
}

const EMPTY = Buffer.alloc(0);
const FIRST_BYTES = 64;

/** What one connection is told when one commit group is durable: its packets in order, written at once. */
export class AckRun {
  readonly target: AckTarget;
  readonly group: AckGroup;
  /** QoS 1 messages acknowledged here. */
  messages = 0;
  /** Bytes of payload that wait for this group. */
  uncommitted = 0;
  /** Packet ids of QoS 2 messages that were taken with this run: void if it fails. */
  readonly kept: number[] = [];
  /** Holds a packet that has no form for failure, such as a PUBCOMP. */
  unfailing = false;
  #bytes: Buffer = EMPTY;
  #length = 0;

  constructor(target: AckTarget, group: AckGroup) {
    this.target = target;
    this.group = group;
  }

  /** The buffer to write into from `length` on, with room for `size` more bytes. */
  room(size: number): Buffer {
    if (this.#length + size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_BYTES, this.#bytes.length * 2, this.#length + size));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  /** @param length the place behind what was written into `room` */
  advance(length: number): void {
    this.#length = length;
  }

  /** All packets of the run. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** The runs of all connections that wait for one promise. */
export interface AckGroup {
  readonly runs: AckRun[];
}

/**
 * Ties acknowledgements to durability: nobody is told "taken" before all that was taken is on disk, and then each
 * connection is told all of it with one write.
 */
export class AckGroups {
  readonly #durable: () => Promise<void>;
  #promise: Promise<void> | null = null;
  #group: AckGroup = { runs: [] };
  #waiting = new Set<() => void>();

  /** @param durable the same promise for all of one commit group; called after each message was admitted */
  constructor(durable: () => Promise<void>) {
    this.#durable = durable;
  }

  /** The run of a connection for what it sent last. @param last the run it was given before */
  runFor(target: AckTarget, last: AckRun | null): AckRun {
    const promise = this.#durable();
    if (promise !== this.#promise) {
      const group: AckGroup = { runs: [] };
      this.#promise = promise;
      this.#group = group;
      promise.then(
        () => this.#settle(promise, group, true),
        () => this.#settle(promise, group, false),
      );
    }
    if (last !== null && last.group === this.#group) return last;
    const run = new AckRun(target, this.#group);
    this.#group.runs.push(run);
    return run;
  }

  /** Resolves when all that was taken so far is durable or has failed. */
  async settled(): Promise<void> {
    await this.#durable().then(
      () => {},
      () => {},
    );
  }

  /** Calls back once, after the next group is settled. */
  afterNext(callback: () => void): void {
    this.#waiting.add(callback);
  }

  /** Wakes those who wait for a group, as where none may come. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const callback of waiting) callback();
  }

  #settle(promise: Promise<void>, group: AckGroup, durable: boolean): void {
    // A promise may resolve and yet be handed out again: what comes later must not join a group that is over.
    if (this.#promise === promise) this.#promise = null;
    for (const run of group.runs) {
      if (durable) run.target.committed(run);
      else run.target.failed(run);
    }
    this.wake();
  }
}
