import { Engine } from './engine.ts';
import type { EngineLimits } from './engine.ts';

/**
 * Keeps one fresh engine ready, so that a statement waits neither for its own to be made nor for it to be taken down.
 * An engine still serves one statement only.
 */
export class EngineStock implements Disposable {
  #ready: { readonly limits: EngineLimits; readonly engine: Promise<Engine> } | null = null;
  #closed = false;

  /** An engine that has served nobody. */
  take(limits: EngineLimits): Promise<Engine> {
    const ready = this.#ready;
    this.#ready = null;
    if (ready === null) return Engine.open(limits);
    if (ready.limits.memory === limits.memory && ready.limits.threads === limits.threads) return ready.engine;
    discard(ready.engine);
    return Engine.open(limits);
  }

  /** Makes an engine ready ahead of the first statement. */
  prepare(limits: EngineLimits): void {
    if (this.#closed || this.#ready !== null) return;
    const engine = Engine.open({ memory: limits.memory, threads: limits.threads });
    // Whoever takes it hears of a failure.
    engine.catch(() => undefined);
    this.#ready = { limits, engine };
  }

  /** Ends an engine that has served, and makes the next, once the turn of who waits for the answer is over. */
  giveBack(engine: Engine, limits: EngineLimits): void {
    setImmediate(() => {
      engine.close();
      this.prepare(limits);
    });
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    if (this.#ready !== null) discard(this.#ready.engine);
    this.#ready = null;
  }
}

function discard(engine: Promise<Engine>): void {
  engine.then(
    (made) => made.close(),
    () => undefined,
  );
}
