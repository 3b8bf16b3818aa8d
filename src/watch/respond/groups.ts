/** Disjoint sets of places. @see Tarjan, "Efficiency of a good but not linear set union algorithm" (1975) */
export class Groups {
  readonly #above: Int32Array;

  constructor(size: number) {
    this.#above = Int32Array.from({ length: size }, (_, i) => i);
  }

  /** The least place of the set that a place is in. */
  rootOf(place: number): number {
    let root = place;
    while (this.#above[root] !== root) root = this.#above[root]!;
    for (let at = place; at !== root;) {
      const next = this.#above[at]!;
      this.#above[at] = root;
      at = next;
    }
    return root;
  }

  /** Makes two sets one. */
  join(a: number, b: number): void {
    const [one, other] = [this.rootOf(a), this.rootOf(b)];
    this.#above[Math.max(one, other)] = Math.min(one, other);
  }
}
