import type { TokenMaker } from '#base/crypto/index.ts';

/** Values of one generation that are remembered; there are two. */
const REMEMBERED = 32_768;
/** Longer texts are not remembered: whoever sends them must not fill the memory with them. */
const LONGEST = 128;

/** A value that was met, and its token. */
export interface KnownValue<V extends string | number = string | number> {
  readonly value: V;
  readonly token: V;
  /** Whether the vault has it, or will have it with what this group commits. */
  kept: boolean;
}

/**
 * Replaces the values of one domain by their tokens. A value that came lately costs a look in a map; only one that is
 * new costs an HMAC. What is remembered is bounded whatever is sent: when a generation is full, the one before it goes.
 */
export class Tokeniser {
  readonly maker: TokenMaker;
  readonly #texts = new Generations<string>();
  readonly #integers = new Generations<number>();
  #lastText: KnownValue<string> | null = null;
  #made = 0;

  constructor(maker: TokenMaker) {
    this.maker = maker;
  }

  /** Tokens that were made since the start: values that were not remembered. */
  get made(): number {
    return this.#made;
  }

  text(value: string): KnownValue<string> {
    const last = this.#lastText;
    if (last !== null && value === last.value) return last;
    let known = this.#texts.get(value);
    if (known === undefined) {
      known = { value, token: this.maker.text(value), kept: false };
      this.#made++;
      if (value.length <= LONGEST) this.#texts.set(value, known);
    }
    this.#lastText = known;
    return known;
  }

  integer(value: number): KnownValue<number> {
    let known = this.#integers.get(value);
    if (known === undefined) {
      known = { value, token: this.maker.integer(value), kept: false };
      this.#made++;
      this.#integers.set(value, known);
    }
    return known;
  }
}

/** A map that forgets what was not asked for since a generation of others came. */
class Generations<V extends string | number> {
  #young = new Map<V, KnownValue<V>>();
  #old = new Map<V, KnownValue<V>>();

  get(key: V): KnownValue<V> | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const kept = this.#old.get(key);
    if (kept !== undefined) this.set(key, kept);
    return kept;
  }

  set(key: V, value: KnownValue<V>): void {
    if (this.#young.size >= REMEMBERED) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
