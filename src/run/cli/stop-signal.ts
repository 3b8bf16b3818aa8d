/** What listens for signals: a process. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
}

/** A wish to stop. */
export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly asked: Promise<void>;
}

/**
 * Hears SIGINT and SIGTERM: the first asks to drain; the second, from someone who does not want to wait, calls
 * `onImpatience`. A terminal that closes (SIGHUP) asks to drain too, and is nobody's impatience: kernel and shell may both
 * say it, and who ends a session sends SIGTERM beside it.
 */
export function hearStop(source: SignalSource, onImpatience: () => void): StopSignal {
  const controller = new AbortController();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  let wishes = 0;
  const ask = (): void => {
    controller.abort();
    resolve();
  };
  const hear = (): void => {
    wishes += 1;
    if (wishes > 1) onImpatience();
    ask();
  };
  source.on('SIGINT', hear);
  source.on('SIGTERM', hear);
  source.on('SIGHUP', ask);
  return {
    signal: controller.signal,
    asked,
    [Symbol.dispose]: () => {
      source.off('SIGINT', hear);
      source.off('SIGTERM', hear);
      source.off('SIGHUP', ask);
    },
  };
}
