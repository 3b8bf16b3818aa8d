import type { Log } from '#base/core/index.ts';
import type { OwedEntries } from '#trust/audit/index.ts';
import type { DataKeyStock } from '#trust/keys/index.ts';

const EVERY_MS = 1_000;

export interface KeepReadyParts {
  readonly owed: Pick<OwedEntries, 'pay'>;
  readonly stock: Pick<DataKeyStock, 'fill'>;
  readonly log: Log;
}

/** Keeps the platform ready for a log that cannot be written: pays what it is owed as soon as it can, fills the stock. */
export function keepReady({ owed, stock, log }: KeepReadyParts): Disposable {
  let running = false;
  let failing = false;
  const look = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      await owed.pay();
      await stock.fill('weir:control');
      failing = false;
    } catch (error) {
      // Once per outage: a disk can stay full for days.
      if (!failing)
        log.error({ error: String(error) }, 'the log cannot be written: sealing goes on from the stock of keys');
      failing = true;
    } finally {
      running = false;
    }
  };
  void look();
  const timer = setInterval(() => void look(), EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
