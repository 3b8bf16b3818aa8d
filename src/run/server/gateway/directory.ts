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
  const own = STATUS_FLAGS[status];
  table.setFlags(index, DEVICE_FLAG.known | own, ALL_STATUS_FLAGS & ~own);
}

const STATUS_FLAGS: Readonly<Record<DirectoryEntry['status'], number>> = {
  enabled: 0,
  quarantined: DEVICE_FLAG.quarantined,
  contained: DEVICE_FLAG.contained,
  disabled: DEVICE_FLAG.disabled,
  revoked: DEVICE_FLAG.revoked,
};
const ALL_STATUS_FLAGS = Object.values(STATUS_FLAGS).reduce((all, flag) => all | flag, 0);
