import type { StateArray } from '#learn/features/index.ts';

/**
 * Room for the arrays of a state, one after the other in one buffer. So one object serves many devices: what a device
 * knows is copied in before its rows are judged and out after, at the price of one copy, and a device is its bytes
 * alone, not some sixty arrays, each of which costs more than the few numbers that it holds.
 */
export class StateArena {
  readonly #buffer: ArrayBuffer;
  #used = 0;

  /** @param bytes an arena without room measures: it leaves arrays where they are */
  constructor(bytes = 0) {
    this.#buffer = new ArrayBuffer(bytes);
  }

  /** Builds something twice: to see how much room it takes, and in an arena that has it. */
  static around<T>(build: (arena: StateArena) => T): { readonly built: T; readonly arena: StateArena } {
    const measured = new StateArena();
    build(measured);
    const arena = new StateArena(measured.used);
    return { built: build(arena), arena };
  }

  /** Bytes that were taken. */
  get used(): number {
    return this.#used;
  }

  /** All that lies in it, not copied. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#buffer);
  }

  /** The same array with the same values in the arena. */
  take<A extends StateArray>(array: A): A {
    const at = this.#used;
    // Doubles have to begin where doubles may.
    this.#used += (array.byteLength + 7) & ~7;
    if (this.#buffer.byteLength === 0) return array;
    const Kind = array.constructor as new (buffer: ArrayBuffer, at: number, length: number) => A;
    const moved = new Kind(this.#buffer, at, array.length);
    moved.set(array);
    return moved;
  }

  /** A record of arrays, each of them in the arena; its numbers stay as they are. */
  takeAll<S extends { readonly [name: string]: number | StateArray }>(state: S): S {
    const entries = Object.entries(state).map(([name, value]) => [
      name,
      typeof value === 'number' ? value : this.take(value),
    ]);
    return Object.fromEntries(entries) as S;
  }
}
