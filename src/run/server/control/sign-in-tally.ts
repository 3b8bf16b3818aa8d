import { PROBER_ACTOR } from '#base/core/index.ts';
import type { LateAuditSink, Log } from '#base/core/index.ts';
import { addressPrefix } from '#flow/gateway/index.ts';
import { ANONYMOUS } from '../api/caller.ts';
import type { SignInFailure } from '../api/caller.ts';

/** Addresses told apart per second; a flood from more is counted under `other`. */
const MOST_SOURCES = 4_096;
const EVERY_MS = 1_000;

/** Sums up requests without a valid credential per second, network and reason, so that a flood does not fill the log. */
export class SignInTally implements Disposable {
  readonly #owed: LateAuditSink;
  readonly #log: Log;
  readonly #counts = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(owed: LateAuditSink, log: Log) {
    this.#owed = owed;
    this.#log = log;
    this.#timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  /** @param actor who it was, where a certificate says so */
  count(address: string, reason: SignInFailure, actor = ANONYMOUS): void {
    const key = `${reason} ${addressPrefix(address)} ${actor}`;
    // The prober's are few, and are in no sum with those of strangers.
    const isTold = this.#counts.has(key) || this.#counts.size < MOST_SOURCES || actor.startsWith(PROBER_ACTOR);
    const place = isTold ? key : `${reason} other ${ANONYMOUS}`;
    this.#counts.set(place, (this.#counts.get(place) ?? 0) + 1);
  }

  /** Puts what was counted into the log, or on what it is owed. */
  async flush(): Promise<void> {
    const counts = [...this.#counts];
    this.#counts.clear();
    for (const [key, count] of counts) {
      const [reason = '', address = '', actor = ''] = key.split(' ');
      try {
        await this.#owed.appendLate({
          actor,
          action: 'sign-in',
          resource: 'platform:api',
          outcome: 'denied',
          reason,
          detail: { count, address },
        });
      } catch (error) {
        this.#log.warn({ error: (error as Error).message }, 'refused sign-ins could not be logged');
      }
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
