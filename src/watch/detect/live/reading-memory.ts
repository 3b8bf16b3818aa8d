import { beginBaseline, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState } from '#learn/features/index.ts';
import { StateArena } from '../state-arena.ts';
import type { DeviceRows } from './device-rows.ts';
import { showReading } from './explain-finding.ts';
import type { ShownReading } from './finding.ts';
import type { WatchedField } from './watch-plan.ts';

/** Readings that a baseline remembers. */
const MEMORY = 3600;
/** Latest rows that are kept as evidence, and usual rows that are kept to compare with. */
export interface Remembered {
  readonly recent: number;
  readonly usual: number;
}
const REMEMBERED: Remembered = { recent: 8, usual: 12 };
const SHOWN = 5;
/** A value counts for no more spreads. */
const FAR = 10;
/** One usual reading in so many is kept. */
const SAMPLE_EVERY = 64;

/** A row with its time, epoch microseconds. */
export interface TimedRow {
  readonly time: number;
  readonly row: Float64Array;
}

/** What a watch knows of the readings of one device: what is usual, the latest rows, and a sample of usual ones. */
export class ReadingMemory {
  readonly usual: BaselineState;
  /** Times and values of the latest rows in a ring. */
  readonly recent: Float64Array;
  /** A sample of usual rows in rings: to show, so that single precision does for all but their times. */
  readonly sample: { readonly times: Float64Array; readonly rows: Float32Array };
  readonly #fields: readonly WatchedField[];
  readonly #readings: Float64Array;
  readonly #kept: Remembered;

  /** @param arena where what it knows lies */
  constructor(fields: readonly WatchedField[], arena = new StateArena(), kept = REMEMBERED) {
    this.#fields = fields;
    this.#kept = kept;
    this.#readings = arena.take(new Float64Array(1));
    this.usual = arena.takeAll(beginBaseline(fields.length));
    this.recent = arena.take(new Float64Array(kept.recent * (1 + fields.length)).fill(NaN));
    this.sample = arena.takeAll({
      times: new Float64Array(kept.usual).fill(NaN),
      rows: new Float32Array(kept.usual * fields.length),
    });
  }

  get readings(): number {
    return this.#readings[0]!;
  }

  set readings(count: number) {
    this.#readings[0] = count;
  }

  get byteLength(): number {
    const { centre, spread, counts } = this.usual;
    const { times, rows } = this.sample;
    const usual = centre.byteLength + spread.byteLength + counts.byteLength;
    return this.recent.byteLength + times.byteLength + rows.byteLength + usual;
  }

  /** How many rows until it has those that a device begins with: as many as it keeps; none or fewer once it has. */
  get opensIn(): number {
    return this.#kept.recent - this.readings;
  }

  /** The rows that a device began with, while they are all that came. */
  get opening(): DeviceRows {
    const width = this.#fields.length;
    const { recent: count } = this.#kept;
    const values = new Float64Array(count * width);
    const times = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      const place = row * (1 + width);
      times[row] = this.recent[place]!;
      values.set(this.recent.subarray(place + 1, place + 1 + width), row * width);
    }
    return { values, times, count };
  }

  /** Learns what is usual from the first rows anew, as they are given now. */
  beginAnew({ values, count }: DeviceRows): void {
    for (const numbers of [this.usual.centre, this.usual.spread, this.usual.counts]) numbers.fill(0);
    for (let row = 0; row < count; row++) learnBaseline(this.usual, values, row * this.#fields.length, MEMORY);
  }

  /** Learns what is usual, and keeps rows as evidence and to compare with. */
  remember({ values, times }: DeviceRows, row: number, isOdd: boolean): void {
    const width = this.#fields.length;
    const { recent, usual } = this.#kept;
    const number = this.readings++;
    learnBaseline(this.usual, values, row * width, MEMORY);
    keep(this.recent, number % recent, times[row]!, values, row, width);
    if (number < usual) this.#sampled(number, times[row]!, values, row);
    else if (!isOdd && number % SAMPLE_EVERY === 0) {
      this.#sampled((number / SAMPLE_EVERY) % usual, times[row]!, values, row);
    }
  }

  /** The latest rows up to one of a block, oldest first. */
  leadingTo({ values, times }: DeviceRows, row: number): readonly TimedRow[] {
    const width = this.#fields.length;
    const found = [{ time: times[row]!, row: values.slice(row * width, (row + 1) * width) }];
    for (let back = 1; back < SHOWN && back <= this.readings; back++) {
      const place = ((this.readings - back) % this.#kept.recent) * (1 + width);
      found.push({ time: this.recent[place]!, row: this.recent.slice(place + 1, place + 1 + width) });
    }
    return found.reverse();
  }

  /**
   * The latest rows, the newest last, each measure in spreads from what is usual; what is none is 0.
   *
   * @param into whole rows, at most as many as are kept
   * @returns seconds from the first of them to the last; NaN where there are fewer
   */
  standardised(into: Float64Array): number {
    const width = this.#fields.length;
    const rows = into.length / width;
    if (this.readings < rows) return NaN;
    for (let back = rows; back > 0; back--) {
      const place = ((this.readings - back) % this.#kept.recent) * (1 + width);
      const at = (rows - back) * width;
      for (let i = 0; i < width; i++) {
        if ((this.#fields[i]!.role ?? 'measure') !== 'measure') {
          into[at + i] = 0;
          continue;
        }
        const value = this.recent[place + 1 + i]!;
        const far = standardise(this.usual, i, value);
        into[at + i] = value === value ? (far > FAR ? FAR : far < -FAR ? -FAR : far) : NaN;
      }
    }
    const at = (back: number): number => this.recent[((this.readings - back) % this.#kept.recent) * (1 + width)]!;
    return (at(1) - at(rows)) / 1e6;
  }

  /** Of the usual rows that are kept, the one that is least far in standard deviations. */
  nearest(row: Float64Array): ShownReading | null {
    const width = this.#fields.length;
    const { times, rows } = this.sample;
    let best: { readonly number: number; readonly far: number } | null = null;
    for (let number = 0; number < times.length; number++) {
      if (Number.isNaN(times[number]!)) continue;
      let far = 0;
      for (let i = 0; i < width; i++) {
        const other = rows[number * width + i]!;
        far += (standardise(this.usual, i, row[i]!) - standardise(this.usual, i, other)) ** 2;
      }
      if (best === null || far < best.far) best = { number, far };
    }
    if (best === null) return null;
    const values = Float64Array.from(rows.subarray(best.number * width, (best.number + 1) * width));
    return showReading(this.#fields, times[best.number]!, values);
  }

  #sampled(number: number, time: number, values: Float64Array, row: number): void {
    const width = this.#fields.length;
    this.sample.times[number] = time;
    for (let i = 0; i < width; i++) this.sample.rows[number * width + i] = values[row * width + i]!;
  }
}

function keep(ring: Float64Array, place: number, time: number, values: Float64Array, row: number, width: number): void {
  const at = place * (1 + width);
  ring[at] = time;
  for (let i = 0; i < width; i++) ring[at + 1 + i] = values[row * width + i]!;
}
