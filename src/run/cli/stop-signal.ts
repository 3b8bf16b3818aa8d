/** What listens for signals: a process. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** A wish to stop. */
export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly asked: Promise<void>;
}

/**
 * Hears SIGINT and SIGTERM: the first asks to drain; the second, from someone who does not want to wait, calls
 * `onImpatience`.
 */
export function hearStop(source: SignalSource, onImpatience: () => void): StopSignal {
  const controller = new AbortController();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const hear = (): void => {
    if (controller.signal.aborted) onImpatience();
    controller.abort();
    resolve();
  };
  source.on('SIGINT', hear);
  source.on('SIGTERM', hear);
  return {
    signal: controller.signal,
    asked,
    [Symbol.dispose]: () => {
      source.off('SIGINT', hear);
      source.off('SIGTERM', hear);
    },
  };
}
