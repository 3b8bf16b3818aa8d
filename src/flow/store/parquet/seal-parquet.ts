import { concatBytes } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { parquetInvalid, StoreError } from '../errors.ts';
import { MemorySink } from './byte-sink.ts';
import { closing, magicBytes, readPlainFooter } from './footer.ts';
import type { RowGroup } from './footer.ts';
import {
  AesField,
  AlgorithmField,
  ChunkField,
  ColumnKeyField,
  CryptoField,
  FileCryptoField,
  FileField,
  MAGIC_ENCRYPTED,
  ModuleType,
  RowGroupField,
} from './format.ts';
import { moduleAad } from './module-aad.ts';
import { sealModule } from './module.ts';
import type { ChunkSealer } from './module.ts';
import { columnKey } from './schema.ts';
import type { Leaf } from './schema.ts';
import { sealPages } from './seal-pages.ts';
import type { SealedPages } from './seal-pages.ts';
import { sealBloomFilter, sealColumnIndex, sealOffsetIndex } from './seal-indexes.ts';
import { structAt } from './thrift-access.ts';
import { binary, i16, i64, list, struct, structOf, text, ThriftType, withFields } from './thrift-value.ts';
import type { ThriftStruct } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

/** Length of the random part that makes each file's associated data its own. */
const FILE_UNIQUE_LENGTH = 8;

/** A data key and what readers are told to ask the key service for it. */
export interface SealKey {
  readonly key: AeadKey;
  /** Key metadata of the file: PKMT1 JSON, see `formatKeyMetadata`. */
  readonly metadata: Uint8Array;
}

export interface SealParquetOptions {
  /** Names what the file is (segment and version); stored in the file, and checked by whoever opens it. */
  readonly aadPrefix: Uint8Array;
  readonly footer: SealKey;
  /** A key of its own for each leaf column, by its path joined with dots. */
  readonly columns: ReadonlyMap<string, SealKey>;
  readonly random: Random;
}

/**
 * Seals a plain Parquet file: AES_GCM_V1, encrypted footer, one key per column, associated-data prefix stored.
 *
 * Statistics, indexes and bloom filters are sealed under their column's key; the footer key shows schema, counts
 * and sizes. Keys must be new for each file. Synchronous: call it in a worker or where nothing else waits.
 *
 * @param plain any valid plain file whose columns lie in it
 * @throws {StoreError} STORE_PARQUET_INVALID if `plain` is malformed or sealed already, STORE_KEY_MISSING if a column
 *   has no key, STORE_PARQUET_LIMIT if it has more than 32,768 row groups or pages in a chunk
 * @see Apache Parquet format, Encryption.md
 */
export function sealParquet(plain: Uint8Array, options: SealParquetOptions): Uint8Array {
  const { footer, start: limit } = readPlainFooter(plain);
  const fileUnique = options.random.bytes(FILE_UNIQUE_LENGTH);
  const fileAad = concatBytes([options.aadPrefix, fileUnique]);
  const out = new MemorySink(plain.length + Math.ceil(plain.length / 64) + 65_536);
  out.write(magicBytes(MAGIC_ENCRYPTED));

  const pending = footer.rowGroups.map((group, rowGroup) =>
    footer.schema.leaves.map((leaf) => {
      const key = keyOf(options, leaf);
      const sealer: ChunkSealer = {
        seal: (type, plaintext, page) => {
          const place = { type, rowGroup, column: leaf.index, ...(page === undefined ? {} : { page }) };
          return sealModule(key.key, moduleAad(fileAad, place), plaintext, options.random);
        },
      };
      return { leaf, key, sealer, pages: sealPages(plain, out, metaOf(group, leaf), leaf, limit, sealer) };
    }),
  );

  // Rule of the format: offsets must be final before the metadata that holds them is sealed.
  const groups = pending.map((chunks, rowGroup) => {
    const group = footer.rowGroups[rowGroup]!;
    const sealed = chunks.map(({ leaf, key, sealer, pages }) => {
      const chunk = group.chunks[leaf.index]!;
      const bloom = sealBloomFilter(plain, out, pages.meta, sealer);
      const index = {
        ...sealColumnIndex(plain, out, chunk, sealer),
        ...sealOffsetIndex(plain, out, chunk, pages.moved, sealer),
      };
      const meta = withFields(pages.meta, bloom);
      return withFields(chunk, {
        [ChunkField.FileOffset]: i64(pages.layout.start),
        [ChunkField.MetaData]: undefined,
        ...index,
        [ChunkField.CryptoMetaData]: struct({
          [CryptoField.WithColumnKey]: struct({
            [ColumnKeyField.Path]: list(
              ThriftType.Binary,
              leaf.path.map((name) => text(name)),
            ),
            [ColumnKeyField.KeyMetadata]: binary(key.metadata),
          }),
        }),
        [ChunkField.EncryptedMetaData]: binary(sealer.seal(ModuleType.ColumnMetaData, encodeStruct(meta))),
      });
    });
    return sealRowGroup(
      group,
      rowGroup,
      sealed,
      chunks.map(({ pages }) => pages),
    );
  });

  const metadata = withFields(footer.metadata, {
    [FileField.RowGroups]: list(
      ThriftType.Struct,
      groups.map((value) => ({ kind: 'struct', value })),
    ),
  });
  const crypto = encodeStruct(fileCryptoMetaData(options.aadPrefix, fileUnique, options.footer.metadata));
  const sealedFooter = sealModule(
    options.footer.key,
    moduleAad(fileAad, { type: ModuleType.Footer }),
    encodeStruct(metadata),
    options.random,
  );
  out.write(crypto);
  out.write(sealedFooter);
  out.write(closing(crypto.length + sealedFooter.length, MAGIC_ENCRYPTED));
  return out.bytes();
}

/** FileCryptoMetaData of a file that this room seals. */
export function fileCryptoMetaData(
  aadPrefix: Uint8Array,
  fileUnique: Uint8Array,
  keyMetadata: Uint8Array,
): ThriftStruct {
  return structOf({
    [FileCryptoField.Algorithm]: struct({
      [AlgorithmField.AesGcmV1]: struct({
        [AesField.AadPrefix]: binary(aadPrefix),
        [AesField.FileUnique]: binary(fileUnique),
      }),
    }),
    [FileCryptoField.KeyMetadata]: binary(keyMetadata),
  });
}

function sealRowGroup(
  group: RowGroup,
  ordinal: number,
  chunks: readonly ThriftStruct[],
  pages: readonly SealedPages[],
): ThriftStruct {
  const first = pages[0]?.layout.start;
  return withFields(group.fields, {
    [RowGroupField.Columns]: list(
      ThriftType.Struct,
      chunks.map((value) => ({ kind: 'struct', value })),
    ),
    [RowGroupField.TotalByteSize]: i64(pages.reduce((sum, one) => sum + one.uncompressed, 0)),
    [RowGroupField.TotalCompressedSize]: i64(pages.reduce((sum, one) => sum + one.layout.end - one.layout.start, 0)),
    [RowGroupField.FileOffset]: first === undefined ? undefined : i64(first),
    // Plain writers may leave it out; readers of sealed files need it for the associated data.
    [RowGroupField.Ordinal]: i16(ordinal),
  });
}

function metaOf(group: RowGroup, leaf: Leaf): ThriftStruct {
  const chunk = group.chunks[leaf.index]!;
  const meta = structAt(chunk, ChunkField.MetaData, 'the metadata of a column');
  if (meta === undefined || chunk.has(ChunkField.CryptoMetaData) || chunk.has(ChunkField.EncryptedMetaData)) {
    throw parquetInvalid('a column has no metadata, or is sealed already');
  }
  return meta;
}

function keyOf(options: SealParquetOptions, leaf: Leaf): SealKey {
  const key = options.columns.get(columnKey(leaf.path));
  if (key !== undefined) return key;
  throw new StoreError('STORE_KEY_MISSING', `Cannot seal column ${columnKey(leaf.path)}: no key was given for it`);
}
