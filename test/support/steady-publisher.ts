import { BulkPublisher } from '#run/twin/index.ts';
import type { TestDevice } from './platform-client.ts';

export interface SteadyPublisherOptions {
  readonly device: TestDevice;
  readonly port: () => number;
  readonly topic: string;
  /** The payload of a number, the same whenever it is asked for. */
  readonly payload: (number: number) => string;
  readonly window?: number;
  /** Pause after so many readings, so that a test's load is not a machine's limit. */
  readonly burst?: number;
  readonly pauseMs?: number;
}

/**
 * A device that publishes numbered readings from 1 on, connects again whenever it is cut off, and then sends again
 * what was not acknowledged, as a sound device does.
 */
export class SteadyPublisher {
  readonly #options: SteadyPublisherOptions;
  readonly #numbers = new Map<string, number>();
  readonly #running: Promise<void>;
  #stopping = false;
  #givenUp = false;
  /** Numbers that the platform said it stored. */
  readonly acknowledged = new Set<number>();
  /** Reason codes of readings that it did not take, counted. */
  readonly refused = new Map<number, number>();
  /** How often it lost its connection. */
  lost = 0;

  constructor(options: SteadyPublisherOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Sends no more, and resolves once everything sent was answered, or `giveUp` was called. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** Sends no more, and does not mind what was not answered. */
  async giveUp(): Promise<void> {
    this.#givenUp = true;
    await this.stop();
  }

  async #run(): Promise<void> {
    const { topic, payload, burst = 200, pauseMs = 10 } = this.#options;
    let next = 1;
    let again: readonly { readonly payload: Buffer }[] = [];
    while (!this.#givenUp && (!this.#stopping || again.length > 0)) {
      let publisher: BulkPublisher;
      try {
        publisher = await this.#connect();
      } catch {
        await pause(100);
        continue;
      }
      try {
        for (const { payload: sent } of again) await publisher.publish(topic, sent);
        again = [];
        while (!this.#stopping) {
          const text = payload(next);
          this.#numbers.set(text, next++);
          await publisher.publish(topic, Buffer.from(text));
          if (next % burst === 0) await pause(pauseMs);
        }
        await publisher.flush();
      } catch {
        this.lost++;
        // What was to be sent again and was not yet under way is not lost either.
        const open = publisher.unacknowledged;
        const known = new Set(open.map(({ payload: sent }) => sent.toString()));
        again = [...open, ...again.filter(({ payload: sent }) => this.#isOpen(sent) && !known.has(sent.toString()))];
        await pause(100);
      } finally {
        await publisher[Symbol.asyncDispose]();
      }
    }
  }

  #isOpen(payload: Buffer): boolean {
    return this.#numbers.has(payload.toString());
  }

  #connect(): Promise<BulkPublisher> {
    const { device, port, window = 64 } = this.#options;
    return BulkPublisher.connect({
      credential: device,
      host: '127.0.0.1',
      port: port(),
      window,
      onOutcome: ({ code, payload }) => {
        const text = payload.toString();
        const number = this.#numbers.get(text);
        this.#numbers.delete(text);
        if (code >= 0x80) this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
        else if (number !== undefined) this.acknowledged.add(number);
      },
    });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
