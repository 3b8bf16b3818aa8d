import { sealedTableSql } from '#base/storage/index.ts';
import type { CatalogueSchema, SealedTableSpec } from '#base/storage/index.ts';
import type { Columns } from '#base/storage/index.ts';

const table = <const K extends Columns, const C extends Columns>(
  spec: SealedTableSpec<K, C, null>,
): SealedTableSpec<K, C, null> => spec;

/** Keys of a stream and class domain, by version; `state` is `active`, `retired` or `destroyed`. */
export const DOMAIN_KEYS = table({
  name: 'keys_domain',
  key: { stream: 'text', domain: 'text', version: 'integer' },
  clear: { state: 'text', created: 'integer', epoch: 'integer', wrap: 'blob' },
  indexes: [['epoch']],
});

const FIRST_DATA_COLUMNS = {
  stream: 'text',
  column: 'text',
  domain: 'text',
  domain_version: 'integer',
  created: 'integer',
  epoch: 'integer',
  wrap: 'blob',
} as const;

/** As version 1 laid it down: a row for each column. */
const FIRST_DATA_KEYS = table({
  name: 'keys_data',
  key: { handle: 'text' },
  clear: FIRST_DATA_COLUMNS,
  indexes: [['epoch'], ['stream', 'domain']],
});

/**
 * Keys of those columns of a segment that are of one domain, as one block: wrapped under a domain key, then under an
 * epoch key. `keys` says how many; in a row of version 1 it is null, and `column` names the only one.
 */
export const DATA_KEYS = table({
  name: 'keys_data',
  key: { handle: 'text' },
  clear: { ...FIRST_DATA_COLUMNS, keys: 'integer?' },
});

/** Ids of blocks whose making was logged ahead; see `DataKeyStock`. */
export const DATA_KEY_STOCK = table({
  name: 'keys_stock',
  key: { batch: 'text' },
  clear: { created: 'integer', next: 'integer' },
});

/** Keys of journal and quarantine files. */
export const FILE_KEYS = table({
  name: 'keys_file',
  key: { id: 'text' },
  clear: { kind: 'text', domain_version: 'integer', created: 'integer', epoch: 'integer', wrap: 'blob' },
  indexes: [['epoch'], ['kind']],
});

/** Keys for digests, by purpose and version, wrapped by custody, then under an epoch key. */
export const PURPOSE_KEYS = table({
  name: 'keys_purpose',
  key: { purpose: 'text', version: 'integer' },
  clear: { state: 'text', created: 'integer', epoch: 'integer', wrap: 'blob' },
  indexes: [['epoch']],
});

/** How often each key that seals with random nonces has done so, counted ahead; see `UseMeter`. */
export const KEY_USES = table({
  name: 'keys_use',
  key: { name: 'text' },
  clear: { uses: 'integer' },
});

/** The tables of this room. */
export const KEYS_SCHEMA: CatalogueSchema = {
  room: 'keys',
  migrations: [
    [
      ...sealedTableSql(DOMAIN_KEYS),
      ...sealedTableSql(FIRST_DATA_KEYS),
      ...sealedTableSql(FILE_KEYS),
      ...sealedTableSql(PURPOSE_KEYS),
    ],
    [
      ...sealedTableSql(KEY_USES),
      // What a version of a domain key wrapped, so that a rotation finds what is left of it.
      'CREATE INDEX "keys_data_by_version" ON "keys_data" ("stream", "domain", "domain_version")',
      'CREATE INDEX "keys_file_by_version" ON "keys_file" ("kind", "domain_version")',
    ],
    [
      'ALTER TABLE "keys_data" ADD COLUMN "keys" BIGINT',
      // The one by version begins with the same columns.
      'DROP INDEX "keys_data_by_stream_domain"',
    ],
    [...sealedTableSql(DATA_KEY_STOCK)],
  ],
};
