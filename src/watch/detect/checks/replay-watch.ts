import { beginBaseline, learnBaseline } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';

/** Bytes of the past of a device at most, and rows of it. */
const HISTORY_BYTES = 8_192;
const MOST_ROWS = 2_048;
/** Rows that are looked for in the past at once. */
const WINDOW = 48;
/** Products by which most places of the past are ruled out, and the correlation that they have to show. */
const FIRST_LOOK = 24;
const FIRST_FIELDS = 4;
const FIRST_CORRELATION = 0.2;
/** Windows before anything is told, and how many count for what is usual. */
const SETTLES = 8;
const REMEMBERS = 64;
/** −ln of the chance of a match, per window, from which on it counts; and how many times the usual one it has to be. */
const LEAST = 25;
const TIMES = 2;
/** Steps of a change that are told apart, per spread. */
const STEPS = 40;
const MOST_STEP = 120;
/** Changes, of all in a window, that must not be nothing. */
const LEAST_ENERGY = 0.2;
const MEMORY = 3_600;

/** What is kept between windows, as doubles: what a later process goes on from. */
const ROWS = 0;
const USUAL = 1;
const WINDOWS = 2;
const LAG = 3;
const NUMBERS = 4;

/**
 * Looks for the past of a device in its present, exactly or with noise added.
 *
 * What is compared are changes from one value to the next in spreads of such changes, of all fields together, so that
 * neither the level of a signal nor its slow course make a match. A window that goes with an earlier one, at the same
 * distance as the window before did, is played back. A machine that does the same all day long goes with its past as
 * well: what is usual of that is learnt, and more is asked for.
 */
export class ReplayWatch {
  readonly #width: number;
  readonly #rows: number;
  readonly changes: BaselineState;
  readonly last: Float64Array;
  readonly numbers: Float64Array;
  readonly history: Int8Array;
  readonly #change: Float64Array;

  /** @param width fields that are compared */
  constructor(width: number) {
    this.#width = width;
    this.#rows = Math.min(MOST_ROWS, Math.floor(HISTORY_BYTES / width));
    this.changes = beginBaseline(width);
    this.last = new Float64Array(width).fill(NaN);
    this.numbers = new Float64Array(NUMBERS);
    this.history = new Int8Array(this.#rows * width);
    this.#change = new Float64Array(width);
  }

  /** Bytes that it takes. */
  get byteLength(): number {
    return this.history.byteLength + (4 * this.#width + NUMBERS) * 8;
  }

  /**
   * Takes the next row.
   *
   * @param at where its fields begin in `values`
   * @returns how many rows ago the same was played; null where nothing is
   */
  take(values: Float64Array, at: number): number | null {
    const row = this.numbers[ROWS]!;
    const place = (row % this.#rows) * this.#width;
    for (let i = 0; i < this.#width; i++) {
      const value = values[at + i]!;
      const change = value - this.last[i]!;
      if (value === value) this.last[i] = value;
      this.#change[i] = change;
      const spread = this.changes.spread[i]!;
      const step = spread > 0 && change === change ? Math.round((STEPS * change) / spread) : 0;
      this.history[place + i] = step > MOST_STEP ? MOST_STEP : step < -MOST_STEP ? -MOST_STEP : step;
    }
    learnBaseline(this.changes, this.#change, 0, MEMORY);
    this.numbers[ROWS] = row + 1;
    return (row + 1) % WINDOW === 0 ? this.#look() : null;
  }

  #look(): number | null {
    const found = this.#best();
    if (found === null) {
      this.numbers[LAG] = 0;
      return null;
    }
    const [lag, surprise] = found;
    const usual = this.numbers[USUAL]!;
    const windows = this.numbers[WINDOWS]!;
    const beyond = windows >= SETTLES && surprise > Math.max(LEAST, TIMES * usual);
    const again = beyond && this.numbers[LAG] === lag;
    this.numbers[LAG] = beyond ? lag : 0;
    if (!beyond) {
      this.numbers[WINDOWS] = windows + 1;
      // The greatest of late, which fades.
      this.numbers[USUAL] = Math.max(surprise, usual * (1 - 1 / REMEMBERS));
    }
    return again ? lag : null;
  }

  /** The distance at which the latest window goes best with the past, and −ln of the chance of it. */
  #best(): readonly [lag: number, surprise: number] | null {
    const width = this.#width;
    const end = this.numbers[ROWS]!;
    const known = Math.min(end, this.#rows);
    const window = new Float64Array(WINDOW * width);
    let [energy, moved] = [0, 0];
    for (let i = 0; i < window.length; i++) {
      const step = this.#step(end - WINDOW + Math.floor(i / width), i % width);
      window[i] = step;
      energy += step * step;
      if (step !== 0) moved += 1;
    }
    if (moved < LEAST_ENERGY * window.length) return null;
    const fields = Math.min(width, FIRST_FIELDS);
    const first = Math.ceil(FIRST_LOOK / fields);
    let [best, bestLag] = [0, 0];
    for (let lag = WINDOW; lag <= known - WINDOW; lag++) {
      const from = end - WINDOW - lag;
      if (!this.#firstLook(window, from, first, fields)) continue;
      let [dot, other] = [0, 0];
      for (let row = 0; row < WINDOW; row++) {
        const place = ((from + row) % this.#rows) * width;
        for (let i = 0; i < width; i++) {
          const step = this.history[place + i]!;
          dot += step * window[row * width + i]!;
          other += step * step;
        }
      }
      const correlation = dot / Math.sqrt(Math.max(1, energy * other));
      if (correlation > best) [best, bestLag] = [correlation, lag];
    }
    if (bestLag === 0) return [0, 0];
    return [bestLag, (-moved / 2) * Math.log(1 - Math.min(0.9999, best * best))];
  }

  #firstLook(window: Float64Array, from: number, rows: number, fields: number): boolean {
    const width = this.#width;
    let [dot, own, other] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const place = ((from + row) % this.#rows) * width;
      for (let i = 0; i < fields; i++) {
        const [a, b] = [window[row * width + i]!, this.history[place + i]!];
        dot += a * b;
        own += a * a;
        other += b * b;
      }
    }
    return dot > 0 && dot * dot >= FIRST_CORRELATION ** 2 * own * other;
  }

  #step(row: number, field: number): number {
    return this.history[(row % this.#rows) * this.#width + field]!;
  }
}
