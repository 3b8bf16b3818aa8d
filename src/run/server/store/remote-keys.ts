import { AeadKey } from '#base/crypto/index.ts';
import type { DataKeySource, SegmentKeySource } from '#flow/store/index.ts';
import type { Peer } from '../process/peer.ts';
import type { HandedKey, StoreControlMethods } from './contract.ts';

type Control = Pick<Peer<Pick<StoreControlMethods, 'newDataKeys' | 'unwrapDataKeys'>>, 'call'>;

/** Keys of new segments as the store reaches them: in control. */
export function remoteDataKeys(control: Control): DataKeySource {
  return {
    newDataKeys: async ({ stream, columns }) => {
      // The footer shows names and counts of all columns, so it goes with the least strict domain.
      const wanted = [
        { column: '', domain: 'operational' },
        ...columns.map(({ name, domain }) => ({ column: name, domain })),
      ];
      const made = await control.call('newDataKeys', { stream, columns: wanted });
      const [footer, ...rest] = made.map(({ handle, key }) => ({ handle, key: AeadKey.fromBytes(key) }));
      if (footer === undefined) throw new TypeError('control made no keys');
      return { footer, columns: new Map(rest.map((key, i) => [columns[i]?.name ?? '', key])) };
    },
  };
}

/** Keys of existing segments as the store reaches them: in control. */
export function remoteSegmentKeys(control: Control): SegmentKeySource {
  return {
    unwrap: async (resource, handles) => keysOf(await control.call('unwrapDataKeys', { resource, handles })),
  };
}

function keysOf(handed: readonly HandedKey[]): ReadonlyMap<string, AeadKey> {
  return new Map(handed.map(({ handle, key }) => [handle, AeadKey.fromBytes(key)]));
}
