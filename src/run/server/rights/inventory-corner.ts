import type { TokenKey } from '#base/crypto/index.ts';
import type { DeviceRecord, Inventory } from '#trust/identity/index.ts';
import type { KnownSubject, SubjectCorner } from './subject-corner.ts';

const ACTOR = 'weir:rights';

/** Names of the devices whose owner somebody is, called as readings call them. */
export async function devicesOwnedBy(
  inventory: Pick<Inventory, 'list'>,
  identifier: string,
): Promise<readonly string[]> {
  return (await inventory.list()).filter(({ owner }) => owner === identifier).map(({ name }) => name);
}

/**
 * The inventory as a place where persons are named: as owners of devices.
 *
 * @param digestKey of the digests by which persons are known, when no original is
 */
export function inventoryCorner(inventory: Pick<Inventory, 'list' | 'disown'>, digestKey: TokenKey): SubjectCorner {
  const owned = async ({ places }: KnownSubject): Promise<readonly DeviceRecord[]> => {
    const known = new Set(places.flatMap(({ digests }) => digests));
    return (await inventory.list()).filter(({ owner }) => owner !== null && known.has(digestKey.text(owner)));
  };
  return {
    where: 'inventory',
    count: async (subject) => (await owned(subject)).length,
    erase: async (subject) => {
      const devices = await owned(subject);
      for (const { name } of devices) await inventory.disown(name, ACTOR);
      return devices.length;
    },
  };
}
