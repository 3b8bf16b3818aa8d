import { beginBaseline, learnBaseline } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { StateArena } from '../state-arena.ts';

/** Lanes that are compared: a field each, or where there are more the sum of every sixth. */
const LANES = 6;
/** Bytes of the past of a device at most; each field beyond six takes room elsewhere, and so some of it. */
const HISTORY_BYTES = { most: 4_000, field: 475, least: 2_100 } as const;
const MOST_ROWS = 2_048;
/** Rows that there is room for at first: it grows as they come. */
const FIRST_ROWS = 128;
/** Rows that are looked for in the past at once. */
const WINDOW = 48;
/** Products by which most places of the past are ruled out, and the correlation that they have to show. */
const FIRST_LOOK = 24;
const FIRST_CORRELATION = 0.2;
/** The same for all lanes of some rows: a match of `LEAST` has three times as much. */
const SECOND_ROWS = 12;
const SECOND_CORRELATION = 0.1;
/** Windows before anything is told, and how many count for what is usual. */
const SETTLES = 8;
const REMEMBERS = 64;
/** −ln of the chance of a match, per window, from which on it counts; and how many times the usual one it has to be. */
const LEAST = 25;
const TIMES = 2;
/** A change counts for no more spreads; steps of it that are told apart, per spread. */
const FAR = 3;
const STEPS = 7 / FAR;
const MOST_STEP = 7;
/** Of a spread: less is no change. */
const NOTHING = 1 / 80;
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
 * neither the level of a signal nor its slow course make a match. Of many fields sums are kept: what is played back has
 * the same sums, and it does not matter which of them stand still. A window that goes with an earlier one, at the same
 * distance as the window before did, is played back. A machine that does the same all day long goes with its past as
 * well: what is usual of that is learnt, and more is asked for.
 */
export class ReplayWatch {
  readonly #width: number;
  readonly #lanes: number;
  /** Bytes of a row: two lanes in each. */
  readonly #stride: number;
  readonly #rows: number;
  readonly changes: BaselineState;
  readonly last: Float64Array;
  readonly numbers: Float64Array;
  /** Steps of the latest rows in a ring, as long as there were rows to keep: each device has its own. */
  history = new Uint8Array(0);
  readonly #change: Float64Array;
  /** Used again for each window: steps of the past, sums of the squares before each of its rows, and steps of the window. */
  readonly #past: Int32Array;
  readonly #energy: Float64Array;
  readonly #window: Int32Array;

  /**
   * @param width fields that are compared
   * @param arena where all else that it knows lies
   */
  constructor(width: number, arena = new StateArena()) {
    this.#width = width;
    this.#lanes = Math.min(width, LANES);
    this.#stride = (this.#lanes + 1) >> 1;
    const { most, field, least } = HISTORY_BYTES;
    const bytes = Math.max(least, most - field * (width - this.#lanes));
    this.#rows = Math.min(MOST_ROWS, Math.floor(bytes / this.#stride));
    this.changes = arena.takeAll(beginBaseline(width));
    this.last = arena.take(new Float64Array(width).fill(NaN));
    this.numbers = arena.take(new Float64Array(NUMBERS));
    this.#change = new Float64Array(width);
    this.#past = new Int32Array(this.#rows * this.#stride);
    this.#energy = new Float64Array(this.#rows + 1);
    this.#window = new Int32Array(WINDOW * this.#stride);
  }

  /** Bytes that it takes at most. */
  get byteLength(): number {
    return this.#rows * this.#stride + (4 * this.#width + NUMBERS) * 8;
  }

  /** Whether a past is one that it could have kept. */
  fits(history: Uint8Array, rows: number): boolean {
    const { length } = history;
    return (
      length % this.#stride === 0 &&
      length >= Math.min(rows, this.#rows) * this.#stride &&
      length <= this.#rows * this.#stride
    );
  }

  /**
   * Takes the next row.
   *
   * @param at where its fields begin in `values`
   * @param looks whether the past is looked through where a window ends: that is what costs time
   * @returns how many rows ago the same was played; null where nothing is
   */
  take(values: Float64Array, at: number, looks = true): number | null {
    const row = this.numbers[ROWS]!;
    const place = this.#placeOf(row);
    this.#grow(row);
    for (let i = 0; i < this.#width; i++) {
      const value = values[at + i]!;
      const change = value - this.last[i]!;
      if (value === value) this.last[i] = value;
      this.#change[i] = change;
    }
    for (let lane = 0; lane < this.#lanes; lane++) {
      const step = stepOf(this.#changeOf(lane));
      const byte = place + (lane >> 1);
      this.history[byte] = lane % 2 === 0 ? step : this.history[byte]! | (step << 4);
    }
    learnBaseline(this.changes, this.#change, 0, MEMORY);
    this.numbers[ROWS] = row + 1;
    return looks && (row + 1) % WINDOW === 0 ? this.#look() : null;
  }

  /** Learns how values usually change from the next one on. */
  beginAnew(): void {
    const { centre, spread, counts } = this.changes;
    for (const numbers of [centre, spread, counts]) numbers.fill(0);
    this.last.fill(NaN);
  }

  /** How far the fields of a lane have changed together, in spreads of such a sum. */
  #changeOf(lane: number): number {
    let [sum, fields] = [0, 0];
    for (let i = lane; i < this.#width; i += LANES) {
      const far = this.#change[i]! / this.changes.spread[i]!;
      // What never changed has no spread.
      if (far !== far || !(this.changes.spread[i]! > 0)) continue;
      sum += Math.max(-FAR, Math.min(FAR, far));
      fields += 1;
    }
    return fields === 0 ? 0 : sum / Math.sqrt(fields);
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
    const end = this.numbers[ROWS]!;
    const known = Math.min(end, this.#rows);
    const moved = this.#unpack(end, known);
    if (moved < LEAST_ENERGY * WINDOW * this.#lanes) return null;
    const first = this.#lookAt(Math.ceil(FIRST_LOOK / this.#lanes), FIRST_CORRELATION);
    const second = this.#lookAt(SECOND_ROWS, SECOND_CORRELATION);
    const whole = this.#lookAt(WINDOW, 0);
    let [best, bestLag] = [0, 0];
    for (let lag = WINDOW; lag <= known - WINDOW; lag++) {
      const from = known - WINDOW - lag;
      if (this.#squared(first, from) === 0 || this.#squared(second, from) === 0) continue;
      const squared = this.#squared(whole, from);
      if (squared > best) [best, bestLag] = [squared, lag];
    }
    if (bestLag === 0) return [0, 0];
    return [bestLag, (-moved / 2) * Math.log(1 - Math.min(0.9999, best))];
  }

  /**
   * Lays out the past, oldest row first, and the latest window so that one product of whole numbers is that of two lanes.
   *
   * @returns steps of the window that are not nothing
   */
  #unpack(end: number, known: number): number {
    const { history } = this;
    const stride = this.#stride;
    const [past, energy, window] = [this.#past, this.#energy, this.#window];
    let place = this.#placeOf(end - known);
    const whole = this.#rows * stride;
    let sum = 0;
    for (let row = 0, at = 0; row < known; row++, place += stride) {
      if (place === whole) place = 0;
      for (let i = 0; i < stride; i++, at++) {
        const byte = history[place + i]!;
        past[at] = LANES_OF[byte]!;
        sum += SQUARES[byte]!;
      }
      energy[row + 1] = sum;
    }
    let moved = 0;
    for (let row = 0, at = 0; row < WINDOW; row++) {
      const from = this.#placeOf(end - WINDOW + row);
      for (let i = 0; i < stride; i++, at++) {
        const byte = history[from + i]!;
        window[at] = TURNED_LANES_OF[byte]!;
        moved += ((byte & 15) === 0 ? 0 : 1) + (byte >> 4 === 0 ? 0 : 1);
      }
    }
    return moved;
  }

  /** The first rows of the window, that the past is to go with so well. */
  #lookAt(rows: number, least: number): Look {
    const known = Math.min(this.numbers[ROWS]!, this.#rows);
    const own = this.#energy[known - WINDOW + rows]! - this.#energy[known - WINDOW]!;
    return { rows, own, least: least ** 2 };
  }

  /** The square of the correlation of a look with the past from a row on; 0 where it is less than it has to be. */
  #squared({ rows, own, least }: Look, from: number): number {
    const [past, window] = [this.#past, this.#window];
    const stride = this.#stride;
    const start = from * stride;
    let dot = 0;
    for (let at = 0, until = rows * stride; at < until;) {
      // The sum of so many products leaves the upper half to the lanes' own.
      const stop = Math.min(until, at + MOST_PRODUCTS);
      let sum = 0;
      for (; at < stop; at++) sum = (sum + Math.imul(window[at]!, past[start + at]!)) | 0;
      dot += (sum + HALF) >> 16;
    }
    const other = this.#energy[from + rows]! - this.#energy[from]!;
    return dot > 0 && dot * dot >= least * own * other ? (dot * dot) / (own * other) : 0;
  }

  #placeOf(row: number): number {
    return (row % this.#rows) * this.#stride;
  }

  /** Makes room for the row that is to be kept. */
  #grow(row: number): void {
    const rows = this.history.length / this.#stride;
    if (rows === this.#rows || row < rows) return;
    const grown = new Uint8Array(Math.min(this.#rows, Math.max(FIRST_ROWS, 2 * rows)) * this.#stride);
    grown.set(this.history);
    this.history = grown;
  }
}

/** A part of a window that the past is held against. */
interface Look {
  readonly rows: number;
  /** Sum of its squares. */
  readonly own: number;
  /** The least square of a correlation that counts. */
  readonly least: number;
}

/** What a step of four bits stands for: the middle of the changes that it is of, in halves of a step; then nothing, then down. */
const MIDDLES = Float64Array.from({ length: 16 }, (_, step) =>
  step === 0 ? 0 : step <= MOST_STEP ? 2 * step - 1 : 1 - 2 * (step - MOST_STEP),
);
/** Both lanes of a byte in one whole number: the first in the lower half, or turned about. */
const LANES_OF = Int32Array.from({ length: 256 }, (_, byte) => MIDDLES[byte & 15]! + 65_536 * MIDDLES[byte >> 4]!);
const TURNED_LANES_OF = Int32Array.from(
  { length: 256 },
  (_, byte) => MIDDLES[byte >> 4]! + 65_536 * MIDDLES[byte & 15]!,
);
/** Sum of the squares of both lanes. */
const SQUARES = Int16Array.from({ length: 256 }, (_, byte) => MIDDLES[byte & 15]! ** 2 + MIDDLES[byte >> 4]! ** 2);
/**
 * The product of a number and of one that is turned about has in its upper half the sum of the products of its lanes, and
 * in its lower half what they have to do with each other. No more of them are added than fit: 2 · 13² · 96 < 2¹⁵.
 */
const MOST_PRODUCTS = 96;
/** Rounds the lower half away. */
const HALF = 32_768;

/** The step of a change, in spreads: 0 for none, 1 to 7 for so far up, 8 to 14 for so far down. */
function stepOf(change: number): number {
  const far = Math.abs(change);
  if (far < NOTHING) return 0;
  const step = Math.min(MOST_STEP, Math.ceil(STEPS * far));
  return change > 0 ? step : step + MOST_STEP;
}
