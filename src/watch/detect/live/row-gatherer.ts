import type { Batch, Column } from '#base/core/index.ts';
import { readCalendar } from '../context/calendar-part.ts';
import type { CalendarPart } from '../context/calendar-part.ts';
import { Categories } from './categories.ts';
import type { WatchPlan } from './watch-plan.ts';
import type { DeviceRows } from './device-rows.ts';

/** Rows of one device that wait to be judged: arrays that grow and are used again. */
class Gathered {
  values: Float64Array;
  times = new Float64Array(8);
  received = new Float64Array(8);
  signals: Float64Array;
  conditions = new Float64Array(8);
  count = 0;
  /** The device whose rows they are. */
  device = '';
  readonly #width: number;

  /** @param signs how many signs of tampering a row has */
  constructor(width: number, signs: number) {
    this.#width = width;
    this.values = new Float64Array(8 * width);
    this.signals = new Float64Array(8 * signs);
  }

  /** Where the next row starts in `values`. */
  next(time: number): number {
    if (this.count === this.times.length) {
      for (const name of ['values', 'times', 'received', 'signals', 'conditions'] as const) {
        const grown = new Float64Array(2 * this[name].length);
        grown.set(this[name]);
        this[name] = grown;
      }
    }
    this.times[this.count] = time;
    return this.#width * this.count++;
  }
}

/** Rows up to which, and how many, are kept to be used again. */
const SPARE_ROWS = 64;
const MOST_SPARE = 4_096;

/** Gathers rows of batches by device, for detectors judge many rows of a device at the price of one. */
export class RowGatherer {
  readonly #plan: WatchPlan;
  readonly #waiting = new Map<string, Gathered>();
  /** Handed out before, to be used again. */
  readonly #spare: Gathered[] = [];
  readonly categories = new Categories();
  #rows = 0;
  /** Epoch microseconds at which the gateway took the oldest row that waits. */
  #oldest = Infinity;

  readonly #calendars: readonly CalendarPart[];

  constructor(plan: WatchPlan) {
    this.#plan = plan;
    this.#calendars = (plan.context?.calendars ?? []).map(readCalendar);
  }

  get rows(): number {
    return this.#rows;
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** Takes the inputs of all rows of a batch; one that the batch has not is missing in all its rows. */
  add(batch: Batch): void {
    const columns = new Map(batch.columns.map(({ name, data }) => [name, data]));
    const device = columns.get('device');
    const time = columns.get(this.#plan.byReceipt === true ? 'received' : 'time');
    const received = columns.get('received');
    if (device?.type !== 'text' || time === undefined || time.type === 'text') return;
    const inputs = this.#plan.inputs.length;
    const sources = this.#plan.inputs.map(({ name }) => this.#numbersOf(columns.get(name)));
    const places = device.dictionary.map((name) => this.#of(name));
    const { signs = [], context } = this.#plan;
    const signSources = signs.map(({ field }) => numbered(columns.get(field)));
    const stateField = context?.state ?? null;
    const state = stateField === null ? null : numbered(columns.get(stateField));
    const taken = received === undefined || received.type === 'text' ? null : received.values;
    for (let row = 0; row < batch.rows; row++) {
      const gathered = places[device.codes[row]!]!;
      const at = gathered.next(time.values[row]!);
      const number = gathered.count - 1;
      gathered.received[number] = taken?.[row] ?? time.values[row]!;
      for (let i = 0; i < signs.length; i++) gathered.signals[number * signs.length + i] = signSources[i]!(row);
      if (context !== undefined) gathered.conditions[number] = this.#condition(state?.(row) ?? 0, time.values[row]!);
      for (let i = 0; i < inputs; i++) {
        const source = sources[i]!;
        const missing = source === null || source.nulls?.[row] === 1;
        gathered.values[at + i] = missing ? NaN : source.values[source.codes === null ? row : source.codes[row]!]!;
      }
      gathered.values[at + inputs] = NaN;
    }
    if (received !== undefined && received.type !== 'text' && batch.rows > 0) {
      this.#oldest = Math.min(this.#oldest, received.values[0]!);
    }
    this.#rows += batch.rows;
  }

  /** Hands out what waits, device by device, and forgets it. Rows stay valid until the next is asked for. */
  *drain(): Generator<readonly [device: string, rows: DeviceRows]> {
    const width = this.#plan.inputs.length + 1;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#rows = 0;
    this.#oldest = Infinity;
    const conditioned = this.#plan.context !== undefined;
    for (const gathered of waiting) {
      const { device, values, times, received, signals, conditions, count } = gathered;
      if (count === 0) continue;
      const rows = { values: values.subarray(0, count * width), times, received, signals, count };
      yield [device, conditioned ? { ...rows, conditions } : rows];
      if (times.length > SPARE_ROWS || this.#spare.length === MOST_SPARE) continue;
      gathered.count = 0;
      this.#spare.push(gathered);
    }
  }

  /** One number for the state and what each calendar says. */
  #condition(state: number, time: number): number {
    let mixed = state === state ? state % 0x1_0000_0000 : -1;
    for (const calendar of this.#calendars) mixed = (mixed * 31 + calendar(time) + 1) % 0x20_0000_0000_0000;
    return mixed;
  }

  #numbersOf(column: Column | undefined): Numbers | null {
    if (column === undefined) return null;
    if (column.type !== 'text') return { values: column.values, codes: null, nulls: column.nulls };
    const values = Float64Array.from(column.dictionary, (text) => this.categories.numberOf(text));
    return { values, codes: column.codes, nulls: column.nulls };
  }

  #of(device: string): Gathered {
    let gathered = this.#waiting.get(device);
    if (gathered === undefined) {
      gathered = this.#spare.pop() ?? new Gathered(this.#plan.inputs.length + 1, this.#plan.signs?.length ?? 0);
      gathered.device = device;
      this.#waiting.set(device, gathered);
    }
    return gathered;
  }
}

/** Numbers row by row; or, by way of codes, one for each text of a dictionary. */
interface Numbers {
  readonly values: Float64Array | Uint8Array;
  readonly codes: Uint32Array | null;
  readonly nulls: Uint8Array | null;
}

/** A column as numbers: a text is the number of its digest, the same in every process; NaN where it is missing. */
function numbered(column: Column | undefined): (row: number) => number {
  if (column === undefined) return () => NaN;
  if (column.type !== 'text') return (row) => (column.nulls?.[row] === 1 ? NaN : column.values[row]!);
  const digests = column.dictionary.map(digestOf);
  return (row) => (column.nulls?.[row] === 1 ? NaN : digests[column.codes[row]!]!);
}

/** 32 bits of a text, which tell two apart and tell nothing of it. @see Fowler, Noll and Vo, FNV-1a */
function digestOf(text: string): number {
  let digest = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) digest = Math.imul(digest ^ text.charCodeAt(i), 0x01000193);
  return digest >>> 0;
}
