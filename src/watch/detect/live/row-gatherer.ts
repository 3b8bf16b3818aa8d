import type { Batch, Column } from '#base/core/index.ts';
import { INTERVAL } from './watch-plan.ts';
import type { WatchPlan } from './watch-plan.ts';
import type { DeviceRows } from './device-rows.ts';

/** Rows of one device that wait to be judged: arrays that grow and are used again. */
class Gathered {
  values: Float64Array;
  times = new Float64Array(8);
  count = 0;
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
    this.values = new Float64Array(8 * width);
  }

  /** Where the next row starts in `values`. */
  next(time: number): number {
    if (this.count === this.times.length) {
      const [values, times] = [this.values, this.times];
      this.values = new Float64Array(2 * values.length);
      this.values.set(values);
      this.times = new Float64Array(2 * times.length);
      this.times.set(times);
    }
    this.times[this.count] = time;
    return this.#width * this.count++;
  }
}

/** Gathers rows of batches by device, for detectors judge many rows of a device at the price of one. */
export class RowGatherer {
  readonly #plan: WatchPlan;
  #waiting = new Map<string, Gathered>();
  #rows = 0;
  /** Epoch microseconds at which the gateway took the oldest row that waits. */
  #oldest = Infinity;

  constructor(plan: WatchPlan) {
    this.#plan = plan;
  }

  get rows(): number {
    return this.#rows;
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** Takes the watched fields of all rows of a batch; a field that the batch has not is missing in all its rows. */
  add(batch: Batch): void {
    const columns = new Map(batch.columns.map(({ name, data }) => [name, data]));
    const device = columns.get('device');
    const time = columns.get(this.#plan.byReceipt === true ? 'received' : 'time');
    const received = columns.get('received');
    if (device?.type !== 'text' || time === undefined || time.type === 'text') return;
    const width = this.#plan.fields.length;
    const sources = this.#plan.fields.map(({ name }) => (name === INTERVAL ? null : numbersOf(columns.get(name))));
    const places = device.dictionary.map((name) => this.#of(name));
    for (let row = 0; row < batch.rows; row++) {
      const gathered = places[device.codes[row]!]!;
      const at = gathered.next(time.values[row]!);
      for (let i = 0; i < width; i++) {
        const source = sources[i]!;
        gathered.values[at + i] = source === null || source.nulls?.[row] === 1 ? NaN : source.values[row]!;
      }
    }
    if (received !== undefined && received.type !== 'text' && batch.rows > 0) {
      this.#oldest = Math.min(this.#oldest, received.values[0]!);
    }
    this.#rows += batch.rows;
  }

  /** Hands out what waits, device by device, and forgets it. Rows stay valid until the next is asked for. */
  *drain(): Generator<readonly [device: string, rows: DeviceRows]> {
    const width = this.#plan.fields.length;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    this.#rows = 0;
    this.#oldest = Infinity;
    for (const [device, { values, times, count }] of waiting) {
      if (count > 0) yield [device, { values: values.subarray(0, count * width), times, count }];
    }
  }

  #of(device: string): Gathered {
    let gathered = this.#waiting.get(device);
    if (gathered === undefined) {
      gathered = new Gathered(this.#plan.fields.length);
      this.#waiting.set(device, gathered);
    }
    return gathered;
  }
}

type Numbers = Exclude<Column, { readonly type: 'text' }>;

function numbersOf(column: Column | undefined): Numbers | null {
  return column === undefined || column.type === 'text' ? null : column;
}
