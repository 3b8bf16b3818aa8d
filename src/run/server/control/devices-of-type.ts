import type { DevicesOfType } from '#declare/policy/index.ts';
import type { Identity } from '#trust/identity/index.ts';

/** Devices of a type that a filter lists; with more of them the type is no condition that a statement could carry. */
const MOST_LISTED = 10_000;

/** Names of devices by type, as the inventory has them at this moment; looked up once for each of its versions. */
export function devicesOfType(live: Pick<Identity['inventory']['live'], 'version' | 'snapshot'>): DevicesOfType {
  let version = -1;
  let names = new Map<string, string[]>();
  return (type) => {
    if (version !== live.version) {
      names = new Map();
      for (const device of live.snapshot().devices) {
        const known = names.get(device.type);
        if (known === undefined) names.set(device.type, [device.name]);
        else known.push(device.name);
      }
      version = live.version;
    }
    const found = names.get(type) ?? [];
    return found.length > MOST_LISTED ? null : found;
  };
}
