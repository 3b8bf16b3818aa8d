import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '#base/core/index.ts';
import { BulkPublisher } from '#run/twin/index.ts';
import type { BulkPublisherOptions, Outcome } from '#run/twin/index.ts';
import { reasonWord } from './tally.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** Reasons after which the same reading may be sent again as it is. */
const TRANSIENT: ReadonlySet<string> = new Set(['try-later', 'rate']);

type LineOptions = Omit<BulkPublisherOptions, 'onOutcome'> & {
  /** Done before each new connection in place of a lost one: what the platform knew of the device may be gone too. */
  readonly beforeReconnect: () => Promise<void>;
  /**
   * For how long a lost connection is made again, and readings are sent again that there was no room for, while nothing
   * is taken; milliseconds.
   */
  readonly patienceMs: number;
  /** Told when the connection was lost, and when there is one again. */
  readonly onAway: (away: boolean) => void;
  /** Told once for each reading what became of it in the end. */
  readonly onOutcome: (outcome: Outcome) => void;
};

type Reading = Pick<Outcome, 'topic' | 'payload'>;

/**
 * One device's connection. What was not acknowledged when it was lost is sent again over a new one, which doubles
 * nothing since each reading has its number; what the platform had no room for is sent again a little later.
 */
export class DeviceLine implements AsyncDisposable {
  readonly #options: LineOptions;
  #publisher: BulkPublisher;
  /** Readings to be sent, those that were sent before and have to be sent again in front. */
  #queue: Reading[] = [];
  /** Refused for now. */
  #later: Outcome[] = [];
  /** Attempts in a row after which nothing was taken, and when the first of them was (monotonic milliseconds). */
  #fruitless = 0;
  #fruitlessSince = 0;

  private constructor(options: LineOptions, publisher: BulkPublisher) {
    this.#options = options;
    this.#publisher = publisher;
  }

  /** @throws {TwinError} TWIN_CONNECT_REFUSED */
  static async open(options: LineOptions): Promise<DeviceLine> {
    const onOutcome = (outcome: Outcome): void => line.#hear(outcome);
    const line: DeviceLine = new DeviceLine(options, await BulkPublisher.connect({ ...options, onOutcome }));
    return line;
  }

  /** Sends a reading, waiting while as many are under way as may be. @throws {TwinError} if the platform stays away */
  async publish(topic: string, payload: Buffer): Promise<void> {
    this.#queue.push({ topic, payload });
    await this.#send();
  }

  /** Resolves when the platform has said of every reading what became of it. @throws {TwinError} if it stays away */
  async flush(): Promise<void> {
    do {
      await this.#send();
      try {
        await this.#publisher.flush();
      } catch (error) {
        await this.#reconnect(error);
      }
    } while (this.#queue.length > 0 || this.#later.length > 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#publisher[Symbol.asyncDispose]();
  }

  #hear(outcome: Outcome): void {
    const refusedForNow = outcome.code >= 0x80 && TRANSIENT.has(reasonWord(outcome.text) ?? '');
    if (refusedForNow && this.#isPatient()) {
      this.#later.push(outcome);
      return;
    }
    if (outcome.code < 0x80) this.#fruitless = 0;
    this.#options.onOutcome(outcome);
  }

  async #send(): Promise<void> {
    if (this.#later.length > 0) {
      await this.#wait();
      this.#queue.unshift(...this.#later.splice(0));
    }
    for (let reading = this.#queue.shift(); reading !== undefined; reading = this.#queue.shift()) {
      try {
        await this.#publisher.publish(reading.topic, reading.payload);
      } catch (error) {
        await this.#reconnect(error);
      }
    }
  }

  async #reconnect(lost: unknown): Promise<void> {
    this.#queue.unshift(...this.#publisher.unacknowledged);
    this.#options.onAway(true);
    for (let failure = lost; ;) {
      if (!(failure instanceof PlatformError) || !this.#isPatient()) throw failure;
      await this.#wait();
      try {
        await this.#publisher[Symbol.asyncDispose]();
        await this.#options.beforeReconnect();
        const onOutcome = (outcome: Outcome): void => this.#hear(outcome);
        this.#publisher = await BulkPublisher.connect({ ...this.#options, onOutcome });
        this.#options.onAway(false);
        return;
      } catch (again) {
        failure = again;
      }
    }
  }

  #isPatient(): boolean {
    return this.#fruitless === 0 || performance.now() - this.#fruitlessSince < this.#options.patienceMs;
  }

  /** Longer each time in a row, to the end of its patience at most. */
  async #wait(): Promise<void> {
    if (this.#fruitless === 0) this.#fruitlessSince = performance.now();
    const left = this.#fruitlessSince + this.#options.patienceMs - performance.now();
    await sleep(Math.max(0, Math.min(FIRST_WAIT_MS * 2 ** this.#fruitless, LONGEST_WAIT_MS, left)));
    this.#fruitless += 1;
  }
}
