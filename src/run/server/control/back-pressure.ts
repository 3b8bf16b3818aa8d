import type { Log } from '#base/core/index.ts';

/** Bytes of the journal at which senders are asked to come later, and at which they may come again. */
export const JOURNAL_BOUNDS = { hold: 4 * 2 ** 30, release: 2 * 2 ** 30 } as const;

const EVERY_MS = 1_000;

export interface BackPressureParts {
  /** Bytes of journal files that the store has not passed yet. */
  readonly journalBytes: () => Promise<number>;
  /** Whether nothing can be sealed until the log can be written. */
  readonly keysSpent: () => boolean;
  readonly hold: (held: boolean) => void;
  readonly log: Log;
}

/** Whether senders are to be held off, given that they were or were not until now. */
export function decideHold(bytes: number, held: boolean): boolean {
  return bytes >= JOURNAL_BOUNDS.hold || (held && bytes > JOURNAL_BOUNDS.release);
}

/**
 * Watches the journal and holds senders off while the store lags behind by more than the journal may hold, or has no keys
 * to seal with.
 */
export function watchBackPressure({ journalBytes, keysSpent, hold, log }: BackPressureParts): Disposable {
  let held = false;
  let full = false;
  const look = async (): Promise<void> => {
    full = decideHold(await journalBytes(), full);
    const next = full || keysSpent();
    if (next !== held) {
      const why = full ? 'the store lags' : 'the log cannot be written, and the stock of keys is used up';
      log.warn({ held: next }, next ? `${why}: readings are asked to come later` : 'readings are taken again');
    }
    // Told again while it holds: a gateway that starts anew does not know.
    if (next || held) hold(next);
    held = next;
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => log.error({ error: String(error) }, 'the size of the journal could not be read'));
  }, EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
