/**
 * Where the values of each device stand among those of a reference, before and since something is suspected: so one
 * device that has changed is told from a fleet that has, and from devices that are new.
 *
 * For each field three sums before and three since: values, ranks, and distances of ranks from the middle.
 */
export class DeviceShares {
  readonly #fields: number;
  readonly #places = new Map<string, number>();
  readonly #sums: Float64Array;

  constructor(fields: number) {
    this.#fields = fields;
    this.#sums = new Float64Array(MOST_DEVICES * fields * SUMS);
  }

  static stateBytes(fields: number): number {
    return 8 * MOST_DEVICES * fields * SUMS;
  }

  /** Where a device is kept; -1 where there are too many. */
  placeOf(device: string): number {
    let place = this.#places.get(device);
    if (place === undefined) {
      place = this.#places.size < MOST_DEVICES ? this.#places.size : -1;
      if (place >= 0) this.#places.set(device, place);
    }
    return place;
  }

  /** Adds a rank of a device to what has come since. */
  add(place: number, field: number, rank: number): void {
    if (place < 0) return;
    const at = (place * this.#fields + field) * SUMS + SINCE;
    this.#sums[at] = this.#sums[at]! + 1;
    this.#sums[at + 1] = this.#sums[at + 1]! + rank;
    this.#sums[at + 2] = this.#sums[at + 2]! + Math.abs(rank - 0.5);
  }

  /** Nothing is suspected of a field: what has come since is part of what was before. */
  settle(field: number): void {
    for (let place = 0; place < this.#places.size; place++) {
      const at = (place * this.#fields + field) * SUMS;
      for (let i = 0; i < SINCE; i++) {
        this.#sums[at + i] = this.#sums[at + i]! + this.#sums[at + SINCE + i]!;
        this.#sums[at + SINCE + i] = 0;
      }
    }
  }

  /** A field begins anew. */
  forget(field: number): void {
    for (let place = 0; place < this.#places.size; place++) {
      const at = (place * this.#fields + field) * SUMS;
      this.#sums.fill(0, at, at + SUMS);
    }
  }

  /** Which devices have changed in a field. */
  scopeOf(field: number): DriftScope {
    const moved: string[] = [];
    const fresh: string[] = [];
    const shifts: { readonly device: string; readonly by: number }[] = [];
    for (const [device, place] of this.#places) {
      const at = (place * this.#fields + field) * SUMS;
      const [before, since] = [this.#sums[at]!, this.#sums[at + SINCE]!];
      if (since < LEAST_VALUES) continue;
      if (before < LEAST_VALUES) {
        fresh.push(device);
        continue;
      }
      const shift = (i: number): number =>
        Math.abs(this.#sums[at + SINCE + i]! / since - this.#sums[at + i]! / before) * i;
      shifts.push({ device, by: Math.max(shift(1), shift(2)) });
    }
    const most = Math.max(LEAST_SHIFT, ...shifts.map(({ by }) => by));
    for (const { device, by } of shifts) if (by > most / 2) moved.push(device);
    const known = shifts.length;
    // Those that were there are as they were: it is the new ones that are unlike them.
    if (moved.length === 0 && fresh.length > 0)
      return { kind: 'new-devices', devices: fresh, of: known + fresh.length };
    const few = moved.length === 1 ? known > 1 : moved.length > 0 && moved.length <= known / 4;
    return { kind: few ? 'devices' : 'fleet', devices: moved, of: known };
  }

  get entries(): { readonly devices: readonly string[]; readonly sums: Float64Array } {
    return { devices: [...this.#places.keys()], sums: this.#sums };
  }

  /** @returns whether they are of as many fields */
  restore(devices: readonly string[], sums: Float64Array): boolean {
    if (sums.length !== this.#sums.length || devices.length > MOST_DEVICES) return false;
    this.#places.clear();
    for (const [place, device] of devices.entries()) this.#places.set(device, place);
    this.#sums.set(sums);
    return true;
  }
}

/** Whose values have changed. */
export interface DriftScope {
  /** A few of several devices, devices that were not there before, or the fleet as a whole. */
  readonly kind: 'devices' | 'new-devices' | 'fleet';
  /** Those that have changed, or are new. */
  readonly devices: readonly string[];
  /** Devices that were looked at. */
  readonly of: number;
}

/** Devices that are told apart; further ones count for the stream alone. */
export const MOST_DEVICES = 64;
const SUMS = 6;
const SINCE = 3;
/** Values of a device that say something of it. */
const LEAST_VALUES = 16;
/** Ranks on average by which a device has moved at least. */
const LEAST_SHIFT = 0.2;
