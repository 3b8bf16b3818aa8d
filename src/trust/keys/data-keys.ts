import { makeId } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction, Values } from '#base/storage/index.ts';
import type { DomainKeys } from './domain-keys.ts';
import { takeKey } from './epoch-keys.ts';
import { KeysError } from './errors.ts';
import type { KeyContext } from './key-context.ts';
import type { KeyUse } from './key-log.ts';
import { DATA_KEYS } from './key-tables.ts';

/** A column that wants a key. */
export interface ColumnDomain {
  readonly column: string;
  /** Key domain of its class, see `keyDomainOf`. */
  readonly domain: string;
}

/** A fresh key of one column; the handle is all that ever stands in a segment. */
export interface DataKey {
  readonly handle: string;
  readonly column: string;
  readonly key: AeadKey;
}

type Row = Values<typeof DATA_KEYS.key> & Values<typeof DATA_KEYS.clear>;

/** Keys made and not yet kept; one that nobody keeps is forgotten when this many younger ones were made. */
const MAX_PENDING = 65_536;
/** Epoch of a row that is not stored yet: it gets the one of the moment in which it is. */
const NONE = 0;
/** Parameters of one look-up. */
const CHUNK = 200;

/** Keys of columns of segments. */
export class DataKeys {
  readonly #context: KeyContext;
  readonly #domains: DomainKeys;
  readonly #table: SealedTable<typeof DATA_KEYS.key, typeof DATA_KEYS.clear>;
  readonly #pending = new Map<string, Row>();

  constructor(context: KeyContext, domains: DomainKeys) {
    this.#context = context;
    this.#domains = domains;
    this.#table = new SealedTable(DATA_KEYS, context.sealer);
  }

  async make(actor: string, stream: string, columns: readonly ColumnDomain[]): Promise<readonly DataKey[]> {
    const { clock, log, random } = this.#context;
    const handles = columns.map(() => makeId(clock, random));
    await log.created(actor, `keys:stream:${stream}`, handles);
    const made: DataKey[] = [];
    for (const [at, { column, domain }] of columns.entries()) {
      const handle = handles[at] ?? '';
      const material = random.bytes(32);
      const { version, wrap } = await this.#domains.wrap(stream, domain, handle, material);
      this.#hold({ handle, stream, column, domain, domain_version: version, created: clock.now(), epoch: NONE, wrap });
      made.push({ handle, column, key: takeKey(material) });
    }
    return made;
  }

  async keep(tx: CatalogueTransaction, handles: readonly string[]): Promise<void> {
    for (const handle of handles) {
      const row = this.#pending.get(handle);
      if (row === undefined) {
        throw new KeysError('KEYS_UNKNOWN', `Cannot keep key ${handle}: it was not made since the last start`, {
          hint: 'Make new keys and seal the segment again',
        });
      }
      await this.#table.insert(tx, this.#sealed(await this.#current(row)), null);
    }
  }

  /** Forgets keys that were kept, once the transaction that kept them is committed, or that nobody will keep. */
  forget(handles: readonly string[]): void {
    for (const handle of handles) this.#pending.delete(handle);
  }

  async unwrap(use: KeyUse, handles: readonly string[]): Promise<ReadonlyMap<string, AeadKey>> {
    const { catalogue, epochs, log } = this.#context;
    await log.used(use, handles);
    const keys = new Map<string, AeadKey>();
    for (let at = 0; at < handles.length; at += CHUNK) {
      const rows = await this.#table.list(catalogue, { where: { handle: { in: handles.slice(at, at + CHUNK) } } });
      for (const { handle, stream, domain, domain_version: version, epoch, wrap } of rows) {
        const inner = epochs.open(epoch, handle, wrap);
        const material = inner && (await this.#domains.unwrap(stream, domain, version, handle, inner));
        if (material === null) continue;
        keys.set(handle, takeKey(material));
      }
    }
    return keys;
  }

  async remove(tx: CatalogueTransaction, handles: readonly string[]): Promise<void> {
    for (const handle of handles) await this.#table.delete(tx, { handle });
  }

  /** The row under the version that wraps now: its domain key may have been rotated since the key was made. */
  async #current(row: Row): Promise<Row> {
    const { handle, stream, domain, domain_version: made } = row;
    if (this.#domains.isActive(stream, domain, made)) return row;
    const material = await this.#domains.unwrap(stream, domain, made, handle, row.wrap);
    if (material === null) {
      throw new KeysError('KEYS_UNKNOWN', `Cannot keep key ${handle}: its domain key was destroyed`, {
        hint: 'Make new keys and seal the segment again',
      });
    }
    const { version, wrap } = this.#domains.wrapNow(stream, domain, handle, material);
    material.fill(0);
    return { ...row, domain_version: version, wrap };
  }

  #sealed(row: Row): Row {
    const { epochs } = this.#context;
    return { ...row, epoch: epochs.current, wrap: epochs.seal(row.handle, row.wrap) };
  }

  #hold(row: Row): void {
    this.#pending.set(row.handle, row);
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > MAX_PENDING && oldest !== undefined) this.#pending.delete(oldest);
  }
}
