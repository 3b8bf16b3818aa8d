/** A longer key is not remembered: it would cost more memory than the work that it saves is worth. */
const MOST_KEY_LENGTH = 65_536;

/** What became of the texts that were worked on last, so that a statement which is asked again costs less. */
export class Recent<V> {
  readonly #most: number;
  readonly #values = new Map<string, V>();

  /** @param most how many to remember; the one that was not asked for the longest is forgotten first */
  constructor(most: number) {
    this.#most = most;
  }

  /** What is remembered, else what `make` gives; a failure is not remembered. */
  async get(key: string, make: () => Promise<V>): Promise<V> {
    const known = this.#values.get(key);
    const value = known ?? (await make());
    if (key.length > MOST_KEY_LENGTH) return value;
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
    return value;
  }
}
