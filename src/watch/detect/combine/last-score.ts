import type { Rows } from '../rows.ts';

/**
 * The score of the row that was scored last. Who judges a reading before it is learnt scores it twice, the second time as
 * learning asks for it: nothing was learnt in between, so the score is the same and need not be worked out again.
 */
export class LastScore {
  #row = new Float64Array(0);
  #score = NaN;
  #seen = -1;

  /** @param seen rows that had been learnt by then */
  remember({ values, count }: Rows, score: number, seen: number): void {
    if (count !== 1) return;
    if (this.#row.length !== values.length) this.#row = new Float64Array(values.length);
    this.#row.set(values);
    this.#score = score;
    this.#seen = seen;
  }

  /** The score of a single row, where it is the one that was scored last and none was learnt since; else null. */
  recall({ values, count }: Rows, seen: number): number | null {
    if (count !== 1 || seen !== this.#seen || values.length !== this.#row.length) return null;
    for (let i = 0; i < values.length; i++) if (!Object.is(values[i], this.#row[i])) return null;
    return this.#score;
  }
}
