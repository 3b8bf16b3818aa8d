import { keyDomainOf } from '#base/core/index.ts';
import type { KeyDomain, Random } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { StoreError } from './errors.ts';
import { formatKeyMetadata } from './parquet/key-metadata.ts';
import { sealParquet } from './parquet/seal-parquet.ts';
import type { DataKeySource, HandledKey } from './ports.ts';
import { FOOTER_DOMAIN, masterKeyId, segmentAadPrefix } from './segment.ts';
import type { SegmentColumn, StoredColumn } from './segment.ts';

/** Columns with fresh keys, each under the domain of its class. */
export interface KeyedColumns {
  readonly footer: HandledKey;
  readonly columns: readonly { readonly column: SegmentColumn; readonly key: AeadKey }[];
}

/**
 * Makes a key for each column.
 *
 * @param stream whose domain keys wrap them
 * @throws {StoreError} STORE_SHAPE_CONFLICT if a column may not be stored
 */
export async function keyColumns(
  stream: string,
  columns: readonly StoredColumn[],
  dataKeys: DataKeySource,
): Promise<KeyedColumns> {
  const named = columns.map((column) => ({ name: column.name, domain: domainOf(column) }));
  const keys = await dataKeys.newDataKeys({ stream, columns: named });
  const keyed = columns.map(({ name, type, nullable, class: cls, unit, tokens }, index) => {
    const found = keys.columns.get(name);
    if (found === undefined) {
      throw new StoreError('STORE_KEY_MISSING', `Cannot seal column ${name} of ${stream}: no key was made for it`, {
        column: name,
      });
    }
    const { domain } = named[index]!;
    const mark = tokens === undefined ? {} : { tokens };
    const column = { name, type, nullable, class: cls, unit, ...mark, domain, handle: found.handle };
    return { column, key: found.key };
  });
  return { footer: keys.footer, columns: keyed };
}

/**
 * Seals a plain Parquet file under such keys, as the object that this id and version name. Synchronous: about 2 GB/s.
 *
 * @throws {StoreError} as `sealParquet`
 */
export function sealColumns(
  plain: Uint8Array,
  { footer, columns }: KeyedColumns,
  { id, version }: { readonly id: string; readonly version: number },
  random: Random,
): Uint8Array {
  return sealParquet(plain, {
    aadPrefix: segmentAadPrefix(id, version),
    footer: {
      key: footer.key,
      metadata: formatKeyMetadata({ footer: true, masterKeyId: masterKeyId(FOOTER_DOMAIN), handle: footer.handle }),
    },
    columns: new Map(
      columns.map(({ key, column: { name, handle, domain } }) => [
        name,
        { key, metadata: formatKeyMetadata({ footer: false, masterKeyId: masterKeyId(domain), handle }) },
      ]),
    ),
    random,
  });
}

/** What readers with the footer key learn of the columns besides their types. */
export function factsOf(columns: readonly StoredColumn[]): ReadonlyMap<string, string> {
  const facts = columns.map(({ name, type, class: cls, unit }) => ({ name, type, class: cls, unit }));
  return new Map([['weir.columns', JSON.stringify(facts)]]);
}

function domainOf(column: StoredColumn): KeyDomain {
  const domain = keyDomainOf(column.class);
  if (domain !== null) return domain;
  throw new StoreError('STORE_SHAPE_CONFLICT', `Cannot store column ${column.name}: it is declared secret`, {
    column: column.name,
    hint: 'Secrets are refused on entry; give the field another class if it is none',
  });
}
