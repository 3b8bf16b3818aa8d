import type { Log } from '#base/core/index.ts';

const HOUR_MS = 3_600_000;

/** Runs a housekeeping step now and every hour. A step that fails is logged and tried again. */
export function everyHour(name: string, step: () => Promise<unknown>, log: Log): Disposable {
  return every(HOUR_MS, name, step, log);
}

/** Runs a housekeeping step now and at an interval in milliseconds, likewise; never beside itself, however long it takes. */
export function every(intervalMs: number, name: string, step: () => Promise<unknown>, log: Log): Disposable {
  let isRunning = false;
  const run = (): void => {
    if (isRunning) return;
    isRunning = true;
    step()
      .catch((error: unknown) => log.error({ step: name, error: String(error) }, 'housekeeping failed'))
      .finally(() => {
        isRunning = false;
      });
  };
  run();
  const timer = setInterval(run, intervalMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
