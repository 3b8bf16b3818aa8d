/** Changes that are put into the log first and stored afterwards. */
export class LoggedChanges {
  #open = 0;

  /** Whether the log may have one that the rows do not have yet. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** Makes one. One that fails stays open: what of it the log has is done again at the next start, and not before. */
  async during<T>(change: () => Promise<T>): Promise<T> {
    this.#open += 1;
    const done = await change();
    this.#open -= 1;
    return done;
  }
}
