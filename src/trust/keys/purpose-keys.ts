import { MacKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import { KeysError } from './errors.ts';
import type { KeyContext } from './key-context.ts';
import { PURPOSE_KEYS } from './key-tables.ts';

/** A key for digests and its version, which is stored beside each digest. */
export interface PurposeKey {
  readonly version: number;
  readonly key: MacKey;
}

/** `statement`, `content`, `refusal`, `person-name`, `token:<stream>`: what a digest key may be called. */
const PURPOSE = /^[a-z][a-z-]{0,31}(?::[A-Za-z0-9_-]{1,64})?$/;

/** HMAC keys by purpose: digests of statements, contents and names that say nothing to who lacks the key. */
export class PurposeKeys {
  readonly #context: KeyContext;
  readonly #table: SealedTable<typeof PURPOSE_KEYS.key, typeof PURPOSE_KEYS.clear>;
  readonly #open = new Map<string, Promise<PurposeKey>>();

  constructor(context: KeyContext) {
    this.#context = context;
    this.#table = new SealedTable(PURPOSE_KEYS, context.sealer);
  }

  /** The newest key of a purpose; the first is made, logged and stored before this resolves. */
  newest(purpose: string): Promise<PurposeKey> {
    const known = this.#open.get(purpose);
    if (known !== undefined) return known;
    if (!PURPOSE.test(purpose)) {
      throw new KeysError(
        'KEYS_NAME_INVALID',
        `Cannot use digest key: ${JSON.stringify(purpose.slice(0, 80))} is no purpose`,
      );
    }
    const found = this.#find(purpose);
    this.#open.set(purpose, found);
    found.catch(() => this.#open.delete(purpose));
    return found;
  }

  async #find(purpose: string): Promise<PurposeKey> {
    const { catalogue, clock, custody, epochs, log, random } = this.#context;
    const [row] = await this.#table.list(catalogue, {
      where: { purpose, state: 'active' },
      order: ['version'],
      descending: true,
      limit: 1,
    });
    const version = row?.version ?? 1;
    const name = `purpose:${purpose}:${version}`;
    if (row !== undefined) {
      const wrap = epochs.open(row.epoch, name, row.wrap);
      if (wrap === null) throw new KeysError('KEYS_UNKNOWN', `Cannot open key ${name}: its epoch was destroyed`);
      return { version, key: MacKey.fromBytes(await custody.open(name, wrap)) };
    }
    await log.created('weir:control', 'keys:digest', [name]);
    const material = random.bytes(32);
    const wrap = epochs.seal(name, await custody.seal(name, material));
    const fresh = { purpose, version, state: 'active', created: clock.now(), epoch: epochs.current, wrap };
    await this.#table.insert(catalogue, fresh, null);
    return { version, key: MacKey.fromBytes(material) };
  }
}
