import type { AuditSink, Clock, LateAuditSink, Random } from '#base/core/index.ts';
import { FormatTokenKey, TokenKey } from '#base/crypto/index.ts';
import type { AeadKey, AeadLimit, TokenFormat, TokenMaker } from '#base/crypto/index.ts';
import type { Catalogue, CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import type { Custody } from './custody.ts';
import { DataKeys } from './data-keys.ts';
import type { ColumnDomain, DataKey } from './data-keys.ts';
import { DataKeyStock } from './data-key-stock.ts';
import { DomainKeys } from './domain-keys.ts';
import { EpochKeys } from './epoch-keys.ts';
import { FileKeys } from './file-keys.ts';
import type { FileKey, FileKind } from './file-keys.ts';
import type { KeyContext } from './key-context.ts';
import { KeyLifecycle } from './key-lifecycle.ts';
import { makeKeyLog } from './key-log.ts';
import type { KeyUse } from './key-log.ts';
import { KEYS_SCHEMA } from './key-tables.ts';
import { PurposeKeys, SHOWN } from './purpose-keys.ts';
import type { FindingKeys, PurposeKey } from './purpose-keys.ts';
import { remember } from './remember.ts';
import { RotatingRowSealer } from './row-keys.ts';
import { UseMeter } from './use-meter.ts';

export interface KeyRingParts {
  readonly catalogue: Catalogue;
  readonly custody: Custody;
  readonly audit: AuditSink;
  /** Takes entries of what may not wait for the log; without it that waits. */
  readonly late?: LateAuditSink;
  readonly clock: Clock;
  readonly random: Random;
  /** How often keys may seal with random nonces; by default as the standard allows. */
  readonly limit?: AeadLimit;
}

/**
 * Opens the key hierarchy: root (in custody) → domain key (per stream and class domain) → data key.
 *
 * Brings its tables up to date, and makes the first epoch key and row key where custody has none.
 * @throws {KeysError} KEYS_CUSTODY_DAMAGED
 */
export async function openKeyRing(parts: KeyRingParts): Promise<KeyRing> {
  const { catalogue, custody, audit, late, clock, random } = parts;
  const log = makeKeyLog(audit, late);
  await catalogue.migrate(KEYS_SCHEMA);
  const meter = new UseMeter(parts.limit);
  const epochs = await EpochKeys.open({ custody, log, random, meter });
  const sealer = await RotatingRowSealer.open('catalogue', { custody, log, random, meter });
  await meter.open(catalogue, sealer);
  const context = { catalogue, custody, epochs, sealer, log, meter, clock, random };
  return new KeyRing(context, sealer, await DataKeyStock.open(context));
}

/** A version of the key under which the tokens of a domain are shown. */
export interface ShownKey extends PurposeKey {
  readonly domain: string;
  readonly isActive: boolean;
}

/**
 * All keys of the platform, for the control process. What leaves it is either a key object for one use or a sealer.
 * Every making and use is in the audit log before its result is there.
 */
export class KeyRing {
  readonly custody: Custody;
  /** Their inventory, and rotating, retiring and destroying them. */
  readonly lifecycle: KeyLifecycle;
  /** What can be sealed while the log cannot be written. */
  readonly stock: DataKeyStock;
  readonly #context: KeyContext;
  readonly #data: DataKeys;
  readonly #files: FileKeys;
  readonly #purposes: PurposeKeys;
  readonly #sealers = new Map<string, Promise<RotatingRowSealer>>();

  constructor(context: KeyContext, sealer: RotatingRowSealer, stock: DataKeyStock) {
    const domains = new DomainKeys(context);
    this.custody = context.custody;
    this.#context = context;
    this.#data = new DataKeys(context, domains, stock);
    this.stock = stock;
    this.#files = new FileKeys(context, domains);
    this.#purposes = new PurposeKeys(context);
    this.#sealers.set('catalogue', Promise.resolve(sealer));
    const sealers = (): Promise<RotatingRowSealer[]> => Promise.all(this.#sealers.values());
    this.lifecycle = new KeyLifecycle({ context, domains, purposes: this.#purposes, sealers });
  }

  /**
   * Fresh keys for columns of a stream, in their order. They are lost unless `keepDataKeys` stores them. Those of the
   * stock where the log cannot be written.
   *
   * @param actor on whose behalf, such as `weir:store`
   * @throws {KeysError} KEYS_STOCK_SPENT
   */
  newDataKeys(actor: string, stream: string, columns: readonly ColumnDomain[]): Promise<readonly DataKey[]> {
    return this.#data.make(actor, stream, columns);
  }

  /**
   * Stores the wraps of keys that `newDataKeys` made, within the transaction that publishes what they seal. May be
   * called again if that transaction was rolled back.
   *
   * @throws {KeysError} KEYS_UNKNOWN if one was made before the last start
   */
  keepDataKeys(tx: CatalogueTransaction, handles: readonly string[]): Promise<void> {
    return this.#data.keep(tx, handles);
  }

  /** Forgets what `newDataKeys` still holds of these: after the publishing transaction, or when nothing was published. */
  forgetDataKeys(handles: readonly string[]): void {
    this.#data.forget(handles);
  }

  /**
   * The keys behind handles; one that was removed or shredded is absent. The caller has decided that the actor may.
   *
   * @throws {KeysError} KEYS_KEY_DAMAGED @throws {StorageError} STORAGE_ROW_DAMAGED
   */
  unwrapDataKeys(use: KeyUse, handles: readonly string[]): Promise<ReadonlyMap<string, AeadKey>> {
    return this.#data.unwrap(use, handles);
  }

  /** How many keys were destroyed since the start: what was opened before the last one must not be used any more. */
  get destructions(): number {
    return this.lifecycle.destructions;
  }

  /** Removes wraps from the catalogue; older copies of it still hold them until their epoch is destroyed. */
  removeDataKeys(tx: CatalogueTransaction, handles: readonly string[]): Promise<void> {
    return this.#data.remove(tx, handles);
  }

  /** Fresh keys of files, stored already, ids ascending: a stock to hand out ahead. */
  newFileKeys(actor: string, kind: FileKind, count: number): Promise<readonly FileKey[]> {
    return this.#files.make(actor, kind, count);
  }

  /** The keys of files by id; one that is unknown or shredded is absent. */
  openFileKeys(use: KeyUse, ids: readonly string[]): Promise<ReadonlyMap<string, AeadKey>> {
    return this.#files.open(use, ids);
  }

  /** The key of one file, or null where it is unknown or shredded. */
  async openFileKey(use: KeyUse, id: string): Promise<AeadKey | null> {
    return (await this.#files.open(use, [id])).get(id) ?? null;
  }

  /** Ids of all files of a kind that have a key, ascending. */
  listFileKeys(kind: FileKind): Promise<readonly string[]> {
    return this.#files.list(kind);
  }

  /** Removes the keys of files that are gone, or of a stock that was never used. */
  removeFileKeys(actor: string, ids: readonly string[]): Promise<void> {
    return this.#files.remove(actor, ids);
  }

  /**
   * The newest key for digests of a purpose.
   *
   * @param purpose `statement`, `content`, `refusal`, `person-name`, or `token:<stream>`
   * @throws {KeysError} KEYS_NAME_INVALID
   */
  async digestKey(purpose: string): Promise<PurposeKey> {
    return this.#purposes.newest(purpose);
  }

  /** What makes the tokens of a domain. @param format that they keep; null where they keep none */
  async tokenMaker(domain: string, format: TokenFormat | null): Promise<TokenMaker> {
    const { version, key } = await this.#purposes.newest(`token:${domain}`);
    const raw = key.exportBytes();
    return format === null ? TokenKey.fromBytes(raw, version) : new FormatTokenKey(raw, version, domain, format);
  }

  /** Keys under which tokens are shown, the newest of each domain first; a domain that has none shows what is stored. */
  async shownKeys(): Promise<readonly ShownKey[]> {
    const keys = await this.#purposes.family(SHOWN);
    return keys.map(({ purpose, version, key, state }) => ({
      domain: purpose.slice(SHOWN.length),
      version,
      key,
      isActive: state === 'active',
    }));
  }

  /** The key of an older version, for what was made with it; null where it was destroyed or never was. */
  digestKeyOf(purpose: string, version: number): Promise<PurposeKey | null> {
    return this.#purposes.version(purpose, version);
  }

  /** The keys for digests by which things are found; whoever uses them tells `lifecycle.holdDigests`. */
  findingKeys(purpose: string): Promise<FindingKeys> {
    return this.#purposes.finding(purpose);
  }

  /**
   * What a room seals its catalogue rows with.
   *
   * @param domain `catalogue` for facts about machines, `people` for rows about people, `vault` for originals of tokens
   */
  rowSealer(domain: 'catalogue' | 'people' | 'vault'): Promise<RowSealer> {
    return remember(this.#sealers, domain, () => RotatingRowSealer.open(domain, this.#context));
  }
}
