import { StateArena } from '../state-arena.ts';
import type { WatchPlan } from './watch-plan.ts';

/** Rows of one device in the order of their coming: a block, and the time of each row in epoch microseconds. */
export interface DeviceRows {
  readonly values: Float64Array;
  readonly times: Float64Array;
  readonly count: number;
  /** When the gateway took each row, epoch microseconds; absent where that is not known. */
  readonly received?: Float64Array;
  /** For each row what the plan's signs say: numbers, 0 or 1, digests of texts; NaN where one is missing. */
  readonly signals?: Float64Array;
  /** The condition that each row was under; absent where nothing conditions what is usual. */
  readonly conditions?: Float64Array;
}

/** The golden ratio: its multiples spread evenly, so that blurring needs no randomness. */
const GOLDEN = 0.618_033_988_749_894_9;
/** Blurs a value without a declared range by this share of itself. */
const RELATIVE = 1e-3;
const MICROS = 1e6;

/** An array that is used again and again, and grows where it has to. */
export class Room {
  #values = new Float64Array(16);

  /** So many numbers, with whatever is in them. */
  of(length: number): Float64Array {
    if (this.#values.length < length) this.#values = new Float64Array(Math.max(length, 2 * this.#values.length));
    return this.#values.subarray(0, length);
  }
}

/** Where the rows of a device stand in time. */
export class RowOrder {
  readonly #numbers: Float64Array;
  /** Used again for each block: rows are valid until the next. */
  readonly #kept = new Room();
  readonly #keptTimes = new Room();

  /** @param arena where what it knows lies */
  constructor(arena = new StateArena()) {
    this.#numbers = arena.take(Float64Array.of(NaN, -Infinity, -Infinity, 0));
  }

  /** Time of the first row, epoch microseconds; NaN before it. */
  get since(): number {
    return this.#numbers[0]!;
  }

  set since(time: number) {
    this.#numbers[0] = time;
  }

  /** Time of the last row; −Infinity before the first. */
  get until(): number {
    return this.#numbers[1]!;
  }

  set until(time: number) {
    this.#numbers[1] = time;
  }

  /** The latest time that a reading told. */
  get latest(): number {
    return this.#numbers[2]!;
  }

  set latest(time: number) {
    this.#numbers[2] = time;
  }

  /** Rows that were earlier than one before them. */
  get late(): number {
    return this.#numbers[3]!;
  }

  set late(rows: number) {
    this.#numbers[3] = rows;
  }

  /**
   * The rows that are no earlier than all before them, with the time since the one before in their last column. Columns
   * of features are left to who computes them, of `inputs`, the same rows as they came; null where there are none.
   */
  timely(
    { values, times, count, conditions }: DeviceRows,
    { fields, inputs, sources, features, byReceipt }: WatchPlan,
  ): DeviceRows & { readonly inputs: Float64Array | null } {
    const width = fields.length;
    const given = inputs.length + 1;
    const taken = features.length === 0 ? null : new Float64Array(count * given);
    const kept = this.#kept.of(count * width);
    const keptTimes = this.#keptTimes.of(count);
    const keptConditions = conditions === undefined ? null : new Float64Array(count);
    let at = 0;
    for (let row = 0; row < count; row++) {
      const told = times[row]!;
      if (!(told >= this.latest) && byReceipt !== true) {
        this.late += 1;
        continue;
      }
      this.latest = Math.max(this.latest, told);
      // Several may have one time, as of receipt: they are taken to be a microsecond apart.
      const time = Math.max(told, this.until + 1);
      for (let i = 0; i < sources.length; i++) kept[at * width + i] = values[row * given + sources[i]!]!;
      if (taken !== null) for (let i = 0; i < given; i++) taken[at * given + i] = values[row * given + i]!;
      kept[at * width + width - 1] =
        this.until === -Infinity || byReceipt === true ? NaN : Math.log1p((time - this.until) / MICROS);
      if (keptConditions !== null) keptConditions[at] = conditions![row]!;
      keptTimes[at++] = time;
      this.until = time;
      if (Number.isNaN(this.since)) this.since = time;
    }
    const rows = { values: kept.subarray(0, at * width), times: keptTimes.subarray(0, at), count: at, inputs: taken };
    return keptConditions === null ? rows : { ...rows, conditions: keptConditions.subarray(0, at) };
  }
}

/** Some rows as they came, over the same arrays. */
export function sliceGiven(rows: DeviceRows, { inputs, signs = [] }: WatchPlan, from: number, to: number): DeviceRows {
  const part = (numbers: Float64Array, width = 1): Float64Array => numbers.subarray(from * width, to * width);
  const { values, times, received, signals, conditions } = rows;
  return {
    values: part(values, inputs.length + 1),
    times: part(times),
    count: to - from,
    ...(received === undefined ? {} : { received: part(received) }),
    ...(signals === undefined ? {} : { signals: part(signals, signs.length) }),
    ...(conditions === undefined ? {} : { conditions: part(conditions) }),
  };
}

/**
 * The values with their resolution as noise, so that a field that seldom changes is not held to never change.
 *
 * @param number of the reading of the device that the first row is
 */
export function blurRows(
  { values, count }: DeviceRows,
  { fields }: WatchPlan,
  number: number,
  room = new Room(),
): Float64Array {
  const width = fields.length;
  const blurred = room.of(values.length);
  for (let row = 0; row < count; row++) {
    const phase = ((number + row + 1) * GOLDEN) % 1;
    for (let i = 0; i < width; i++) {
      const value = values[row * width + i]!;
      const { resolution: least, relative = RELATIVE } = fields[i]!;
      const resolution = least || Math.abs(value) * relative;
      // Another phase for each field, or their noise would go together.
      blurred[row * width + i] = value + (((phase + i * GOLDEN * GOLDEN) % 1) - 0.5) * resolution;
    }
  }
  return blurred;
}

/** Columns that the checks see, which no feature changes: the numbers of a reading, and the time since the one before. */
export function checkedFields({ fields, sources }: WatchPlan): WatchPlan['fields'] {
  return [...fields.slice(0, sources.length), fields.at(-1)!];
}

/** Rows as they came, with these columns alone. */
export function checkedRows(rows: DeviceRows, { inputs, sources }: WatchPlan): DeviceRows {
  if (sources.length === inputs.length) return rows;
  const [width, given] = [sources.length + 1, inputs.length + 1];
  const values = new Float64Array(rows.count * width).fill(NaN);
  for (let row = 0; row < rows.count; row++) {
    for (let i = 0; i < sources.length; i++) values[row * width + i] = rows.values[row * given + sources[i]!]!;
  }
  return { ...rows, values };
}

/** The rows as detectors of measures see them: what is a score or context already is missing. */
export function measuresOf(rows: DeviceRows, { fields, features }: WatchPlan): DeviceRows {
  if (features.length === 0) return rows;
  const width = fields.length;
  const values = rows.values.slice();
  for (const [i, { role = 'measure' }] of fields.entries()) {
    if (role !== 'measure') for (let row = 0; row < rows.count; row++) values[row * width + i] = NaN;
  }
  return { ...rows, values };
}
