/** Leave to bring in old readings of one stream for a while: clock and rate are waived. */
export interface ImportGrant {
  readonly stream: string;
  /** Indexes of the devices that the readings may be about. */
  readonly devices: readonly number[];
  /** Epoch microseconds; it counts before this. */
  readonly until: number;
}

/** The import grants that one worker knows, by stream and device. */
export class ImportGrants {
  readonly #streams = new Map<string, Map<number, number>>();

  constructor(grants: readonly ImportGrant[] = []) {
    for (const grant of grants) this.open(grant, 0);
  }

  /** Opens a grant, in place of an earlier one for the same stream and device, and forgets those that are over. */
  open({ stream, devices, until }: ImportGrant, now: number): void {
    for (const [name, ends] of this.#streams) {
      for (const [device, end] of ends) if (end <= now) ends.delete(device);
      if (ends.size === 0) this.#streams.delete(name);
    }
    const ends = this.#streams.get(stream) ?? new Map<number, number>();
    this.#streams.set(stream, ends);
    for (const device of devices) ends.set(device, until);
  }

  /** Whether a device's readings of a stream may be old and many; asked for every reading. */
  isOpen(device: number, stream: string, now: number): boolean {
    if (this.#streams.size === 0) return false;
    return now < (this.#streams.get(stream)?.get(device) ?? 0);
  }
}
