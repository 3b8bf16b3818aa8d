import type { RootHolder } from './folder-custody.ts';
import { KeysError } from './errors.ts';

/** Two root keys while one takes over from the other: the new one seals, and what either sealed opens. */
export class MovingRoot implements RootHolder {
  readonly #from: RootHolder;
  readonly #to: RootHolder;

  constructor(from: RootHolder, to: RootHolder) {
    this.#from = from;
    this.#to = to;
  }

  get kind(): RootHolder['kind'] {
    return this.#to.kind;
  }

  get loopbackOnly(): boolean {
    return this.#to.loopbackOnly;
  }

  get generations(): readonly number[] {
    return this.#to.generations;
  }

  seal(purpose: string, material: Uint8Array): Promise<Uint8Array> {
    return this.#to.seal(purpose, material);
  }

  open(purpose: string, sealed: Uint8Array): Promise<Uint8Array> {
    return (this.#to.generationOf(sealed) === 0 ? this.#from : this.#to).open(purpose, sealed);
  }

  /** 0 for what the old key sealed, so that it counts as still to be moved. */
  generationOf(sealed: Uint8Array): number {
    return this.#to.generationOf(sealed);
  }

  async rotate(): Promise<number> {
    throw whileMoving('rotate');
  }

  async destroyGeneration(): Promise<void> {
    throw whileMoving('destroy');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#from[Symbol.asyncDispose]();
    await this.#to[Symbol.asyncDispose]();
  }
}

function whileMoving(what: string): KeysError {
  return new KeysError('KEYS_MOVE_UNFINISHED', `Cannot ${what} root key: it is being moved`);
}
