import { Engine } from './engine.ts';
import type { EngineLimits } from './engine.ts';

/** Where another process goes on with an answer, engines are taken down and made once it has had time to. */
const HANDED_ON_MS = 20;

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

  /**
   * Ends an engine that has served, and makes the next, once the turn of who waits for the answer is over.
   *
   * @param handedOn whether another process goes on with the answer
   */
  giveBack(engine: Engine, limits: EngineLimits, handedOn = false): void {
    const restock = (): void => {
      engine.close();
      this.prepare(limits);
    };
    if (handedOn) setTimeout(restock, HANDED_ON_MS);
    else setImmediate(restock);
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
