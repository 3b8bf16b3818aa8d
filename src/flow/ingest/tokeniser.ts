import type { TokenKey } from '#base/crypto/index.ts';

/** Values of one generation that are remembered; there are two. */
const REMEMBERED = 32_768;
/** Longer texts are not remembered: whoever sends them must not fill the memory with them. */
const LONGEST = 128;

/**
 * Replaces the values of one domain by their tokens. A value that came lately costs a look in a map; only one that is
 * new costs an HMAC. What is remembered is bounded whatever is sent: when a generation is full, the one before it goes.
 */
export class Tokeniser {
  readonly key: TokenKey;
  readonly #texts = new Generations<string, string>();
  readonly #integers = new Generations<number, number>();
  #lastText: string | null = null;
  #lastToken = '';
  #made = 0;

  constructor(key: TokenKey) {
    this.key = key;
  }

  /** Tokens that were made since the start: values that were not remembered. */
  get made(): number {
    return this.#made;
  }

  text(value: string): string {
    if (value === this.#lastText) return this.#lastToken;
    let token = this.#texts.get(value);
    if (token === undefined) {
      token = this.key.text(value);
      this.#made++;
      if (value.length <= LONGEST) this.#texts.set(value, token);
    }
    this.#lastText = value;
    this.#lastToken = token;
    return token;
  }

  integer(value: number): number {
    let token = this.#integers.get(value);
    if (token === undefined) {
      token = this.key.integer(value);
      this.#made++;
      this.#integers.set(value, token);
    }
    return token;
  }
}

/** A map that forgets what was not asked for since a generation of others came. */
class Generations<K, V> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  get(key: K): V | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const kept = this.#old.get(key);
    if (kept !== undefined) this.set(key, kept);
    return kept;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= REMEMBERED) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
