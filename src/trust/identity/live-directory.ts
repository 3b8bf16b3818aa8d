import type { DirectoryChange, DirectoryEntry, DirectorySnapshot } from './device-directory.ts';
import { LoggedChanges } from './logged-changes.ts';

/** Devices and certificates (serial numbers in upper-case hex) that count no more. */
export interface Withdrawal {
  readonly devices: ReadonlySet<string>;
  readonly serials: ReadonlySet<string>;
}

/** The inventory as the gateways know it: in memory, by name, with a version that rises with every change. */
export class LiveDirectory {
  /** Changes of devices and certificates that are under way. */
  readonly changes = new LoggedChanges();
  readonly #deployment: string;
  readonly #entries = new Map<string, DirectoryEntry>();
  readonly #listeners = new Set<(change: DirectoryChange) => void>();
  /** What is being revoked: it counts no more from the moment that the log has it, whatever the rows still say. */
  readonly #withdrawn = new Set<Withdrawal>();
  #version = 0;

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  /** Takes an entry over as it stands at the start: nobody is told. */
  load(entry: DirectoryEntry): void {
    this.#entries.set(entry.name, entry);
  }

  /** Devices that it holds, the prober's among them. */
  get size(): number {
    return this.#entries.size;
  }

  /** Rises with every change. */
  get version(): number {
    return this.#version;
  }

  /** What a gateway worker starts from. */
  snapshot(): DirectorySnapshot {
    return { deployment: this.#deployment, version: this.#version, devices: [...this.#entries.values()] };
  }

  /** @param name untrusted */
  find(name: string): DirectoryEntry | null {
    return this.#entries.get(name) ?? null;
  }

  /** Calls back on each change; the result ends it. */
  onChange(listener: (change: DirectoryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes an entry over, without what is being revoked, and tells the gateways. Of a longer record the rest is left. */
  publish(record: DirectoryEntry): void {
    const { index, name, type, status, speaksFor, serials, suspended, postureReport } = record;
    const device = this.#without({
      index,
      name,
      type,
      status,
      speaksFor,
      serials,
      ...(suspended === undefined ? {} : { suspended }),
      ...(postureReport === undefined ? {} : { postureReport }),
    });
    this.#entries.set(name, device);
    this.#version += 1;
    for (const listener of this.#listeners) listener({ version: this.#version, device });
  }

  /** The same for one that may be as it was, of which nobody is told then. */
  publishIfChanged(entry: DirectoryEntry): void {
    if (JSON.stringify(entry) !== JSON.stringify(this.find(entry.name))) this.publish(entry);
  }

  /**
   * Takes devices and certificates back in memory and tells the gateways, at once: their rows follow.
   *
   * @param holders names of all devices that it concerns
   * @returns is called when the rows say so too
   */
  withdraw(withdrawal: Withdrawal, holders: Iterable<string>): () => void {
    this.#withdrawn.add(withdrawal);
    for (const name of holders) {
      const entry = this.find(name);
      if (entry !== null) this.publish(entry);
    }
    return () => void this.#withdrawn.delete(withdrawal);
  }

  #without(entry: DirectoryEntry): DirectoryEntry {
    let device = entry;
    for (const { devices, serials } of this.#withdrawn) {
      const isLeft = (serial: string): boolean => !serials.has(serial);
      device = {
        ...device,
        status: devices.has(device.name) ? 'revoked' : device.status,
        serials: device.serials.filter(isLeft),
        ...(device.suspended === undefined ? {} : { suspended: device.suspended.filter(isLeft) }),
      };
    }
    return device;
  }
}
