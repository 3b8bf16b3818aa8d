import { SealedTable } from '#base/storage/index.ts';
import type { Columns, SealedTableSpec, Values, Where } from '#base/storage/index.ts';
import { nameOfVersion } from './domain-keys.ts';
import type { DomainKeys } from './domain-keys.ts';
import type { KeyContext } from './key-context.ts';
import { DATA_KEYS, DOMAIN_KEYS, FILE_KEYS, PURPOSE_KEYS } from './key-tables.ts';
import { NO_STREAM } from './file-keys.ts';
import { nameOfPurpose } from './purpose-keys.ts';

/** Rows of one transaction: few enough that whoever waits for the catalogue waits for some tens of milliseconds. */
const BATCH = 500;

type Wrapped = { readonly epoch: 'integer'; readonly wrap: 'blob' };

/** Seals stored wraps again under newer keys, a batch a transaction, while everything else goes on. */
export class Rewrap {
  readonly #context: KeyContext;
  readonly #domains: DomainKeys;

  constructor(context: KeyContext, domains: DomainKeys) {
    this.#context = context;
    this.#domains = domains;
  }

  /** Keys whose wraps an epoch sealed. */
  async countEpoch(epoch: number): Promise<number> {
    const { catalogue } = this.#context;
    let count = 0;
    for (const { table, live } of [...this.#sealedByRoot(), this.#files()]) {
      count += await table.count(catalogue, { ...live, epoch });
    }
    return count + (await this.#countData({ epoch }));
  }

  /** Epochs that are there and sealed a key that was destroyed since: they open it in older copies of the catalogue. */
  async epochsOfDestroyed(): Promise<readonly number[]> {
    const { catalogue, epochs } = this.#context;
    const found = new Set<number>();
    for (const { table, gone } of this.#sealedByRoot()) {
      for (const { epoch } of await table.list(catalogue, { where: gone })) found.add(epoch);
    }
    return epochs.versions.filter((version) => found.has(version));
  }

  /** Seals under the current epoch what older ones that are still there sealed. How many keys that were. */
  async toCurrentEpoch(): Promise<number> {
    const { epochs } = this.#context;
    let count = 0;
    for (const { table, nameOf, live } of this.#tables()) {
      for (const epoch of epochs.versions.filter((version) => version !== epochs.current)) {
        count += await this.#batches(table, { ...live, epoch }, ['epoch'], ['epoch', 'wrap'], (row) => {
          const wrap = epochs.open(row.epoch, nameOf(row), row.wrap);
          return wrap === null ? null : { ...row, epoch: epochs.current, wrap: epochs.seal(nameOf(row), wrap) };
        });
      }
    }
    return count;
  }

  /** Keys of columns and files that a version of a domain key wrapped. */
  async countDomain(stream: string, domain: string, version: number): Promise<number> {
    const { catalogue, sealer } = this.#context;
    const files = new SealedTable(FILE_KEYS, sealer);
    const ofFiles = stream === NO_STREAM ? await files.count(catalogue, { kind: domain, domain_version: version }) : 0;
    return ofFiles + (await this.#countData({ stream, domain, domain_version: version }));
  }

  /** Wraps under the active version of a domain key what another version wrapped. How many keys that were. */
  async toActiveDomain(stream: string, domain: string, version: number): Promise<number> {
    const { sealer } = this.#context;
    if (!(await this.#domains.load(stream, domain, version))) return 0;
    await this.#domains.active(stream, domain);
    const again = (name: string, { epoch, wrap }: Values<Wrapped>): DomainRewrap | null => {
      const { epochs } = this.#context;
      const inner = epochs.open(epoch, name, wrap);
      const material = inner && this.#domains.unwrapNow(stream, domain, version, name, inner);
      if (material === null) return null;
      const fresh = this.#domains.wrapNow(stream, domain, name, material);
      material.fill(0);
      return { domain_version: fresh.version, epoch: epochs.current, wrap: epochs.seal(name, fresh.wrap) };
    };
    const changed = ['domain_version', 'epoch', 'wrap'] as const;
    if (stream === NO_STREAM) {
      const where = { kind: domain, domain_version: version };
      return this.#batches(new SealedTable(FILE_KEYS, sealer), where, ['domain_version'], changed, (row) => {
        const fresh = again(row.id, row);
        return fresh === null ? null : { ...row, ...fresh };
      });
    }
    const where = { stream, domain, domain_version: version };
    return this.#batches(new SealedTable(DATA_KEYS, sealer), where, ['domain_version'], changed, (row) => {
      const fresh = again(row.handle, row);
      return fresh === null ? null : { ...row, ...fresh };
    });
  }

  /** Domain and digest keys that a generation of the root key sealed. */
  async countRoot(generation: number): Promise<number> {
    const { catalogue, custody, epochs } = this.#context;
    let count = 0;
    for (const { table, nameOf, live } of this.#sealedByRoot()) {
      for (const row of await table.list(catalogue, { where: live })) {
        const inner = epochs.open(row.epoch, nameOf(row), row.wrap);
        if (inner !== null && custody.generationOf(inner) === generation) count += 1;
      }
    }
    return count;
  }

  /** Seals under the newest generation of the root key the domain and digest keys that an older one sealed. */
  async toNewestRoot(): Promise<number> {
    const { catalogue, custody, epochs } = this.#context;
    const newest = custody.generations.at(-1);
    let count = 0;
    for (const { table, nameOf, live } of this.#sealedByRoot()) {
      for (const row of await table.list(catalogue, { where: live })) {
        const inner = epochs.open(row.epoch, nameOf(row), row.wrap);
        if (inner === null || custody.generationOf(inner) === newest) continue;
        const material = await custody.open(nameOf(row), inner);
        const fresh = await custody.seal(nameOf(row), material);
        material.fill(0);
        await catalogue.transaction(async (tx) => {
          const now = await table.get(tx, row);
          if (now === null || now.wrap.length === 0) return;
          await table.put(tx, { ...now, epoch: epochs.current, wrap: epochs.seal(nameOf(row), fresh) }, null);
        });
        count += 1;
      }
    }
    return count;
  }

  /**
   * Changes all rows that meet the conditions, until none is left that can be changed. A changed row no longer meets
   * them; damaged rows and those that `change` leaves stay as they are, and are counted as still held.
   *
   * @param columns that `change` changes
   * @returns the number of keys in the changed rows
   */
  async #batches<K extends Columns, C extends Columns>(
    table: SealedTable<K, C>,
    where: object,
    order: readonly string[],
    columns: readonly (keyof C & string)[],
    change: (row: Values<K> & Values<C>) => (Values<K> & Values<C>) | null,
  ): Promise<number> {
    let count = 0;
    for (;;) {
      const changed = await this.#context.catalogue.transaction(async (tx) => {
        let done = 0;
        const options = { where, order, limit: BATCH, onDamaged: () => {} } as Parameters<typeof table.list>[1];
        for (const row of await table.list(tx, options)) {
          const next = change(row);
          if (next === null) continue;
          await table.update(tx, next, columns, null);
          done += (row as { readonly keys?: number | null }).keys ?? 1;
        }
        return done;
      });
      count += changed;
      if (changed === 0) return count;
      // Whoever waits for the thread is served between two batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Keys of columns in rows that meet the conditions: a row of version 1 of the tables holds one. */
  async #countData(where: Where<typeof DATA_KEYS.key & typeof DATA_KEYS.clear>): Promise<number> {
    const { catalogue, sealer } = this.#context;
    const table = new SealedTable(DATA_KEYS, sealer);
    return (await table.count(catalogue, { ...where, keys: null })) + (await table.sum(catalogue, 'keys', where));
  }

  #tables() {
    return [...this.#sealedByRoot(), wrappedTable(DATA_KEYS, this.#context, ({ handle }) => handle), this.#files()];
  }

  #files() {
    return wrappedTable(FILE_KEYS, this.#context, ({ id }) => id);
  }

  #sealedByRoot() {
    return [
      { ...wrappedTable(DOMAIN_KEYS, this.#context, nameOfVersion), ...BY_STATE },
      { ...wrappedTable(PURPOSE_KEYS, this.#context, nameOfPurpose), ...BY_STATE },
    ];
  }
}

interface DomainRewrap {
  readonly domain_version: number;
  readonly epoch: number;
  readonly wrap: Uint8Array;
}

/** A table of wraps, seen as no more than that: its key is there and not known here. */
interface WrappedTable {
  readonly table: SealedTable<Wrapped, Wrapped>;
  readonly nameOf: (row: Values<Wrapped>) => string;
  /** Conditions of rows that hold a wrap. */
  readonly live: Where<Wrapped>;
}

/**
 * Conditions of versions that open, and of those that were destroyed: such a one leaves its row, without a wrap, under
 * the epoch that had sealed it. The column is one of those that are not known here.
 */
const BY_STATE = {
  live: { state: { not: 'destroyed' } },
  gone: { state: 'destroyed' },
} as unknown as Readonly<Record<'live' | 'gone', Where<Wrapped>>>;

function wrappedTable<const K extends Columns, const C extends Columns & Wrapped>(
  spec: SealedTableSpec<K, C, null>,
  { sealer }: KeyContext,
  nameOf: (row: Values<K> & Values<C>) => string,
): WrappedTable {
  // The table still reads and writes all its columns; only the names that are used here are known here.
  return { table: new SealedTable(spec, sealer), nameOf, live: {} } as unknown as WrappedTable;
}
