import { hasCode, makeId } from '#base/core/index.ts';
import { AEAD_KEY_LENGTH } from '#base/crypto/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { CatalogueTransaction, Values } from '#base/storage/index.ts';
import { blockOf, handleIn, placeIn } from './data-key-handle.ts';
import type { DataKeyStock } from './data-key-stock.ts';
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

/** Blocks made and not yet kept; one that nobody keeps is forgotten when this many younger ones were made. */
const MAX_PENDING = 16_384;
/** Epoch of a row that is not stored yet: it gets the one of the moment in which it is. */
const NONE = 0;
/** Parameters of one look-up. */
const CHUNK = 200;

/**
 * Keys of columns of segments. Those of one segment and domain are one block: wrapped together and sealed together, so
 * that sealing them again costs what one key costs.
 */
export class DataKeys {
  readonly #context: KeyContext;
  readonly #domains: DomainKeys;
  readonly #table: SealedTable<typeof DATA_KEYS.key, typeof DATA_KEYS.clear>;
  readonly #stock: DataKeyStock;
  readonly #pending = new Map<string, Row>();

  constructor(context: KeyContext, domains: DomainKeys, stock: DataKeyStock) {
    this.#context = context;
    this.#stock = stock;
    this.#domains = domains;
    this.#table = new SealedTable(DATA_KEYS, context.sealer);
  }

  async make(actor: string, stream: string, columns: readonly ColumnDomain[]): Promise<readonly DataKey[]> {
    const { clock, random } = this.#context;
    const groups = [...new Set(columns.map(({ domain }) => domain))].map((domain) => ({
      domain,
      members: [...columns.keys()].filter((at) => columns[at]?.domain === domain),
    }));
    const blocks = await this.#logged(actor, stream, groups);
    const made = new Map<number, { readonly handle: string; readonly key: AeadKey }>();
    for (const [at, { domain, members }] of groups.entries()) {
      const block = blocks[at] ?? '';
      const materials = random.bytes(members.length * AEAD_KEY_LENGTH);
      const { version, wrap } = await this.#domains.wrap(stream, domain, block, materials);
      const row = { handle: block, stream, column: '', domain, domain_version: version, created: clock.now() };
      this.#hold({ ...row, epoch: NONE, wrap, keys: members.length });
      for (const [place, member] of members.entries()) {
        made.set(member, { handle: handleIn(block, place), key: takeKey(partOf(materials, place)) });
      }
      materials.fill(0);
    }
    return columns.flatMap(({ column }, at) => ({ column, ...(made.get(at) as Omit<DataKey, 'column'>) }));
  }

  async keep(tx: CatalogueTransaction, handles: readonly string[]): Promise<void> {
    for (const [block, members] of byBlock(handles)) {
      const row = this.#pending.get(block);
      if (row === undefined) {
        throw new KeysError('KEYS_UNKNOWN', `Cannot keep key ${block}: it was not made since the last start`, {
          hint: 'Make new keys and seal the segment again',
        });
      }
      requireWhole(row, members);
      await this.#table.insert(tx, this.#sealed(await this.#current(row)), null);
    }
  }

  /** Forgets keys that were kept, once the transaction that kept them is committed, or that nobody will keep. */
  forget(handles: readonly string[]): void {
    for (const block of byBlock(handles).keys()) this.#pending.delete(block);
  }

  async unwrap(use: KeyUse, handles: readonly string[]): Promise<ReadonlyMap<string, AeadKey>> {
    const { log } = this.#context;
    if (use.logged !== true) await log.used(use, handles);
    const keys = new Map<string, AeadKey>();
    const wanted = byBlock(handles);
    for (const row of await this.#rows([...wanted.keys()])) {
      const materials = await this.#open(row);
      if (materials === null) continue;
      for (const handle of wanted.get(row.handle) ?? []) {
        const place = placeIn(row.handle, row.keys, handle);
        if (place !== null) keys.set(handle, takeKey(partOf(materials, place)));
      }
      materials.fill(0);
    }
    return keys;
  }

  async remove(tx: CatalogueTransaction, handles: readonly string[]): Promise<void> {
    for (const [block, members] of byBlock(handles)) {
      const row = await this.#table.get(tx, { handle: block });
      if (row === null) continue;
      requireWhole(row, members);
      await this.#table.delete(tx, { handle: block });
    }
  }

  /** Ids of blocks whose making is in the log: fresh ones, or those of the stock where it cannot be written. */
  async #logged(actor: string, stream: string, groups: readonly Group[]): Promise<readonly string[]> {
    const { clock, log, random } = this.#context;
    const resource = `keys:stream:${stream}`;
    const fresh = groups.map(() => makeId(clock, random));
    try {
      await log.created(actor, resource, handlesOf(fresh, groups));
      return fresh;
    } catch (error) {
      if (!hasCode(error, 'AUDIT_LOG_UNAVAILABLE')) throw error;
      // A domain's first key waits for the log, and nothing is taken in vain.
      for (const { domain } of groups) await this.#domains.active(stream, domain);
      return this.#stock.take(groups.length, (ids) => log.taken(actor, resource, handlesOf(ids, groups)), error);
    }
  }

  async #rows(blocks: readonly string[]): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (let at = 0; at < blocks.length; at += CHUNK) {
      const where = { handle: { in: blocks.slice(at, at + CHUNK) } };
      rows.push(...(await this.#table.list(this.#context.catalogue, { where })));
    }
    return rows;
  }

  /** What a row wraps, or null where its epoch or domain key was destroyed. @throws {KeysError} KEYS_KEY_DAMAGED */
  async #open({ handle, stream, domain, domain_version: version, epoch, wrap, keys }: Row): Promise<Uint8Array | null> {
    const inner = this.#context.epochs.open(epoch, handle, wrap);
    const materials = inner && (await this.#domains.unwrap(stream, domain, version, handle, inner));
    if (materials === null || materials.length === (keys ?? 1) * AEAD_KEY_LENGTH) return materials;
    throw new KeysError('KEYS_KEY_DAMAGED', `Cannot open key ${handle}: its wrap holds another number of keys`);
  }

  /** The row under the version that wraps now: its domain key may have been rotated since the keys were made. */
  async #current(row: Row): Promise<Row> {
    const { handle, stream, domain, domain_version: made } = row;
    if (this.#domains.isActive(stream, domain, made)) return row;
    const materials = await this.#domains.unwrap(stream, domain, made, handle, row.wrap);
    if (materials === null) {
      throw new KeysError('KEYS_UNKNOWN', `Cannot keep key ${handle}: its domain key was destroyed`, {
        hint: 'Make new keys and seal the segment again',
      });
    }
    const { version, wrap } = this.#domains.wrapNow(stream, domain, handle, materials);
    materials.fill(0);
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

/** Columns of one domain, by their places among those that were asked for. */
interface Group {
  readonly domain: string;
  readonly members: readonly number[];
}

function handlesOf(blocks: readonly string[], groups: readonly Group[]): readonly string[] {
  return groups.flatMap(({ members }, at) => members.map((_, place) => handleIn(blocks[at] ?? '', place)));
}

/** A copy, which the taker may wipe. */
function partOf(materials: Uint8Array, place: number): Uint8Array {
  return materials.slice(place * AEAD_KEY_LENGTH, (place + 1) * AEAD_KEY_LENGTH);
}

function byBlock(handles: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(handles, blockOf);
}

/** A segment comes and goes whole, and so do its keys. */
function requireWhole({ handle, keys }: Row, members: readonly string[]): void {
  if (new Set(members).size !== (keys ?? 1)) throw new RangeError(`keys of block ${handle} stay together`);
}
