/** Groups that a rule keeps at once; of further ones that which was touched longest ago goes. */
export const MOST_GROUPS = 4_096;

/** What is kept for each group of a rule, in bounded room. */
export class GroupTable<S> {
  readonly #states = new Map<string, S>();
  #forgotten = 0;

  get size(): number {
    return this.#states.size;
  }

  /** How many had to go. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get(key: string): S | undefined {
    return this.#states.get(key);
  }

  /** Keeps a state, as the one that was touched last. @returns the one that had to go for it */
  keep(key: string, state: S): S | null {
    this.#states.delete(key);
    this.#states.set(key, state);
    const [oldest] = this.#states.entries();
    if (this.#states.size <= MOST_GROUPS || oldest === undefined) return null;
    this.#states.delete(oldest[0]);
    this.#forgotten += 1;
    return oldest[1];
  }

  drop(key: string): void {
    this.#states.delete(key);
  }

  /** From the one that was touched longest ago on. */
  entries(): IterableIterator<[string, S]> {
    return this.#states.entries();
  }
}
