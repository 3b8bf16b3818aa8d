import type { WindowLayout } from './window-layout.ts';

/** Numbers that are held of each measured field: how many values, their sum, the least and the greatest. */
export const HELD = 4;

/** Values that tell windows of a device apart, in the layout's order; booleans are 0 and 1. */
export type ByValues = readonly (string | number | null)[];

/** Running states of windows, as columns: they travel from worker to keeper, and lie in the keeper's files. */
export interface WindowStates {
  readonly layout: WindowLayout;
  /** Digest of the newest template under which readings were taken. */
  readonly template: string;
  readonly devices: readonly string[];
  /** Beginnings, epoch microseconds. */
  readonly starts: readonly number[];
  readonly by: readonly ByValues[];
  /** `HELD` numbers for each measured field and window, window by window. */
  readonly held: Float64Array;
}

/** A `seq` that a device used, with its content hash: what tells a reading that comes again after a crash. */
export interface SeenSeqs {
  readonly stream: string;
  readonly devices: readonly string[];
  readonly seqs: Float64Array;
  readonly hashes: Float64Array;
}

/** Windows by device, beginning and the values that tell them apart; each reading or other state is added to one. */
export class WindowSlots {
  readonly layout: WindowLayout;
  readonly #places = new Map<string, number>();
  readonly #devices: string[] = [];
  readonly #starts: number[] = [];
  readonly #by: ByValues[] = [];
  readonly #stride: number;
  #held = new Float64Array(0);
  /** The window that each device was met in last: most readings are of one that goes on, and need no key of theirs. */
  readonly #latest = new Map<string, number>();

  constructor(layout: WindowLayout) {
    this.layout = layout;
    this.#stride = layout.of.length * HELD;
  }

  get size(): number {
    return this.#devices.length;
  }

  /** The place of a window, made where it is new. */
  place(device: string, start: number, by: ByValues): number {
    const latest = this.#latest.get(device);
    if (latest !== undefined && this.#starts[latest] === start && sameBy(by, this.#by[latest]!)) return latest;
    const key = by.length === 0 ? `${start} ${device}` : `${start} ${device} ${JSON.stringify(by)}`;
    let at = this.#places.get(key);
    if (at === undefined) {
      at = this.#devices.push(device) - 1;
      this.#starts.push(start);
      this.#by.push([...by]);
      this.#places.set(key, at);
      this.#clear(at);
    }
    this.#latest.set(device, at);
    return at;
  }

  /** Adds one value of the measured field at `field` to the window at a place. */
  add(place: number, field: number, value: number): void {
    const held = this.#held;
    const at = place * this.#stride + field * HELD;
    held[at]! += 1;
    held[at + 1]! += value;
    if (value < held[at + 2]!) held[at + 2] = value;
    if (value > held[at + 3]!) held[at + 3] = value;
  }

  /** Adds other states of the same layout. */
  merge({ devices, starts, by, held }: WindowStates): void {
    for (const [i, device] of devices.entries()) {
      const to = this.place(device, starts[i]!, by[i]!) * this.#stride;
      const from = i * this.#stride;
      const into = this.#held;
      for (let at = 0; at < this.#stride; at += HELD) {
        into[to + at]! += held[from + at]!;
        into[to + at + 1]! += held[from + at + 1]!;
        into[to + at + 2] = Math.min(into[to + at + 2]!, held[from + at + 2]!);
        into[to + at + 3] = Math.max(into[to + at + 3]!, held[from + at + 3]!);
      }
    }
  }

  /** All of it as it is, in the order of its coming; to be called once nothing is added any more. */
  all(template: string): WindowStates {
    const held = this.#held.subarray(0, this.#devices.length * this.#stride);
    return { layout: this.layout, template, devices: this.#devices, starts: this.#starts, by: this.#by, held };
  }

  /** The states of the windows that `wanted` says yes to, oldest beginning first. */
  states(
    template: string,
    wanted: (device: string, start: number, by: ByValues) => boolean = () => true,
  ): WindowStates {
    const places = this.#devices.flatMap((device, i) => (wanted(device, this.#starts[i]!, this.#by[i]!) ? [i] : []));
    places.sort((a, b) => this.#starts[a]! - this.#starts[b]!);
    const held = new Float64Array(places.length * this.#stride);
    for (const [to, from] of places.entries()) {
      held.set(this.#held.subarray(from * this.#stride, (from + 1) * this.#stride), to * this.#stride);
    }
    return {
      layout: this.layout,
      template,
      devices: places.map((at) => this.#devices[at]!),
      starts: places.map((at) => this.#starts[at]!),
      by: places.map((at) => this.#by[at]!),
      held,
    };
  }

  #clear(place: number): void {
    const end = (place + 1) * this.#stride;
    if (end > this.#held.length) {
      const wider = new Float64Array(Math.max(end, this.#held.length * 2, 16 * this.#stride));
      wider.set(this.#held);
      this.#held = wider;
    }
    for (let at = place * this.#stride; at < end; at += HELD) {
      this.#held[at] = 0;
      this.#held[at + 1] = 0;
      this.#held[at + 2] = Infinity;
      this.#held[at + 3] = -Infinity;
    }
  }
}

function sameBy(one: ByValues, other: ByValues): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
