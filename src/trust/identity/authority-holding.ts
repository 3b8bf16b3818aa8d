import { fromBase64, toBase64 } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction } from '#base/storage/index.ts';
import type { SealedHolding } from '#trust/keys/index.ts';
import type { IdentityContext } from './identity-context.ts';
import { AUTHORITIES, SETTINGS } from './identity-tables.ts';

/** One private key that custody sealed: how it is named there, and how it is put back sealed anew. */
interface Held {
  readonly purpose: string;
  readonly sealed: Uint8Array;
  readonly replace: (tx: CatalogueTransaction, fresh: Uint8Array) => Promise<void>;
}

/** Settings that hold a private key, with the purpose under which custody sealed it. */
const KEY_SETTINGS: ReadonlyMap<string, string> = new Map([['server-certificate', 'server-key']]);

/** The private keys of authorities and of the platform's own certificate, which follow when the root key is rotated or moved. */
export function authorityHolding(context: IdentityContext): SealedHolding {
  const { catalogue, keys } = context;
  const { custody } = keys;
  return {
    name: 'authorities',
    async count(generation) {
      const held = await listHeld(context);
      return held.filter(({ sealed }) => custody.generationOf(sealed) === generation).length;
    },
    async reseal() {
      const newest = custody.generations.at(-1);
      let count = 0;
      for (const { purpose, sealed, replace } of await listHeld(context)) {
        if (custody.generationOf(sealed) === newest) continue;
        const key = await custody.open(purpose, sealed);
        const fresh = await custody.seal(purpose, key);
        key.fill(0);
        await catalogue.transaction((tx) => replace(tx, fresh));
        count += 1;
      }
      return count;
    },
  };
}

async function listHeld({ catalogue, machines }: IdentityContext): Promise<readonly Held[]> {
  const authorities = new SealedTable(AUTHORITIES, machines);
  const settings = new SealedTable(SETTINGS, machines);
  // An authority whose key is kept elsewhere has none here.
  const ofAuthorities = (await authorities.list(catalogue)).filter(({ sealed }) => (sealed.key ?? '') !== '');
  const ofSettings = (await settings.list(catalogue)).filter(({ name }) => KEY_SETTINGS.has(name));
  return [
    ...ofAuthorities.map(({ role, generation, sealed }): Held => ({
      purpose: `authority:${role}:${generation}`,
      sealed: fromBase64(sealed.key),
      replace: async (tx, fresh) => {
        const now = await authorities.get(tx, { role, generation });
        if (now === null || now.sealed.key !== sealed.key) return;
        const { sealed: secrets, ...row } = now;
        await authorities.put(tx, row, { ...secrets, key: toBase64(fresh) });
      },
    })),
    ...ofSettings.map(({ name, sealed }): Held => {
      const before = (sealed as { readonly key: string }).key;
      return {
        purpose: KEY_SETTINGS.get(name) ?? '',
        sealed: fromBase64(before),
        replace: async (tx, fresh) => {
          const now = (await settings.get(tx, { name }))?.sealed as
            | ({ key: string } & Record<string, Json>)
            | undefined;
          if (now?.key === before) await settings.put(tx, { name }, { ...now, key: toBase64(fresh) });
        },
      };
    }),
  ];
}
