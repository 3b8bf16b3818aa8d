import type { Json, Micros } from '#base/core/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, CatalogueTransaction, RowSealer } from '#base/storage/index.ts';
import type { SealedObject } from '#flow/store/index.ts';
import { referenceOf } from './dataset.ts';
import type { Dataset } from './dataset.ts';

const VERSIONS = {
  name: 'datasets_version',
  key: { name: 'text', version: 'integer' },
  clear: {
    /** `active`, or `gone`. */
    state: 'text',
    /** Of its first object. */
    object_key: 'text',
    created: 'integer',
    /** When it went, and why: `deleted` or `expired`. */
    ended: 'integer?',
    why: 'text?',
    /** 1 while older copies of the catalogue may still open it. */
    unshredded: 'integer',
  },
  sealed: (value: Json): Json => value,
  indexes: [['state'], ['unshredded']],
} as const;

const SCHEMA: CatalogueSchema = { room: 'datasets', migrations: [sealedTableSql(VERSIONS)] };

/** A version that is gone: what is left of it says that it was there. */
export interface GoneDataset {
  readonly name: string;
  readonly version: number;
  readonly ended: Micros;
  readonly why: string;
}

/** Versions of datasets in the catalogue. What they were made of is sealed with what is kept about people. */
export class DatasetBook {
  readonly #catalogue: Catalogue;
  readonly #table: SealedTable<typeof VERSIONS.key, typeof VERSIONS.clear, Json>;

  private constructor(catalogue: Catalogue, sealer: RowSealer) {
    this.#catalogue = catalogue;
    this.#table = new SealedTable(VERSIONS, sealer);
  }

  static async open(catalogue: Catalogue, sealer: RowSealer): Promise<DatasetBook> {
    await catalogue.migrate(SCHEMA);
    return new DatasetBook(catalogue, sealer);
  }

  /** The version that the next one of this name gets; versions that are gone keep theirs. */
  async nextVersion(name: string): Promise<number> {
    const rows = await this.#table.list(this.#catalogue, { where: { name } });
    return rows.reduce((most, { version }) => Math.max(most, version), 0) + 1;
  }

  async add(tx: CatalogueTransaction, dataset: Dataset): Promise<void> {
    await this.#table.insert(tx, rowOf(dataset), dataset as unknown as Json);
  }

  /** Puts a new revision in the place of the old one, whose wraps older copies of the catalogue still hold. */
  async replace(tx: CatalogueTransaction, dataset: Dataset): Promise<void> {
    await this.#table.put(tx, { ...rowOf(dataset), unshredded: 1 }, dataset as unknown as Json);
  }

  /** Notes that a version is gone; nothing of what it was made of is kept. */
  async end(tx: CatalogueTransaction, dataset: Dataset, why: 'deleted' | 'expired', now: Micros): Promise<void> {
    await this.#table.put(tx, { ...rowOf(dataset), state: 'gone', ended: now, why, unshredded: 1 }, null);
  }

  /** @param version the newest where none is named; null where there is none that is active */
  async find(name: string, version?: number): Promise<Dataset | null> {
    const where = { name, state: 'active', ...(version === undefined ? {} : { version }) };
    const rows = await this.#table.list(this.#catalogue, { where, order: ['version'] });
    const newest = rows.at(-1);
    return newest === undefined ? null : datasetOf(newest.sealed);
  }

  /** All that are active, by name and version. */
  active(): Promise<readonly Dataset[]> {
    return this.activeIn(this.#catalogue);
  }

  /** Those that a copy of the catalogue has as active ones. */
  async activeIn(copy: CatalogueTransaction): Promise<readonly Dataset[]> {
    const rows = await this.#table.list(copy, { where: { state: 'active' }, order: ['name', 'version'] });
    return rows.map(({ sealed }) => datasetOf(sealed));
  }

  async gone(): Promise<readonly GoneDataset[]> {
    const rows = await this.#table.list(this.#catalogue, { where: { state: 'gone' }, order: ['name', 'version'] });
    return rows.map(({ name, version, ended, why }) => ({
      name,
      version,
      ended: (ended ?? 0) as Micros,
      why: why ?? '',
    }));
  }

  /** Whether older copies of the catalogue may still open something that went. */
  async hasUnshredded(): Promise<boolean> {
    return (await this.#table.count(this.#catalogue, { unshredded: 1 })) > 0;
  }

  /**
   * Notes that no copy of the catalogue opens any more what went until now. Of each name the newest version stays, gone or
   * not, so that no number is given twice; the log has all others.
   */
  async shredded(): Promise<void> {
    await this.#catalogue.transaction(async (tx) => {
      for (const { sealed, ...clear } of await this.#table.list(tx, { where: { unshredded: 1 } })) {
        await this.#table.put(tx, { ...clear, unshredded: 0 }, sealed);
      }
      const newest = new Map<string, number>();
      const all = await this.#table.list(tx, { order: ['name', 'version'] });
      for (const { name, version } of all) newest.set(name, version);
      for (const { name, version, state } of all) {
        if (state === 'gone' && newest.get(name) !== version) await this.#table.delete(tx, { name, version });
      }
    });
  }
}

/** As the first versions of this table had it: nothing of consent, and one object for all rows. */
type Stored = Dataset | (Omit<Dataset, 'objects'> & { readonly object: SealedObject });

/** The tag vouches that the value is what was put there, by whichever version. */
function datasetOf(value: Json): Dataset {
  const stored = { consent: null, ...(value as object) } as Stored;
  if ('objects' in stored) return stored;
  const { object, ...rest } = stored;
  return { ...rest, objects: [{ ...object, parts: rest.content.parts.length }] };
}

function rowOf(dataset: Dataset) {
  const { name, version, objects, created } = dataset;
  if (referenceOf(dataset).length > 64) throw new TypeError('a name of a dataset is shorter');
  return {
    name,
    version,
    state: 'active',
    object_key: objects[0]?.objectKey ?? '',
    created,
    ended: null,
    why: null,
    unshredded: 0,
  };
}
