import type { DeviceDirectory } from '#flow/gateway/index.ts';
import { DEVICE_FLAG } from '#trust/identity/index.ts';
import type { DeviceTable, DirectoryChange, DirectoryEntry, DirectorySnapshot } from '#trust/identity/index.ts';

/** The inventory in the memory of one thread. */
export class MemoryDirectory implements DeviceDirectory {
  readonly #devices: Map<string, DirectoryEntry>;
  readonly #names = new Map<number, string>();
  /** One more than the greatest index of a device. */
  indices = 0;

  constructor({ devices }: DirectorySnapshot) {
    this.#devices = new Map();
    for (const device of devices) this.#put(device);
  }

  /** Devices in it. */
  get size(): number {
    return this.#devices.size;
  }

  find(name: string): DirectoryEntry | null {
    return this.#devices.get(name) ?? null;
  }

  nameOf(index: number): string | null {
    return this.#names.get(index) ?? null;
  }

  change({ device }: DirectoryChange): void {
    this.#put(device);
  }

  #put(device: DirectoryEntry): void {
    this.#devices.set(device.name, device);
    this.#names.set(device.index, device.name);
    this.indices = Math.max(this.indices, device.index + 1);
  }
}

/** Writes what the inventory says of a device into its row of the shared table. */
export function writeFlags(table: DeviceTable, { index, status }: DirectoryEntry): void {
  if (index >= table.size.devices) return;
  const set =
    DEVICE_FLAG.known |
    (status === 'disabled' ? DEVICE_FLAG.disabled : 0) |
    (status === 'revoked' ? DEVICE_FLAG.revoked : 0);
  table.setFlags(index, set, (DEVICE_FLAG.disabled | DEVICE_FLAG.revoked) & ~set);
}
