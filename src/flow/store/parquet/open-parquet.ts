import type { AeadKey } from '#base/crypto/index.ts';
import { naming, parquetInvalid } from '../errors.ts';
import { MemorySink } from './byte-sink.ts';
import type { ByteSink } from './byte-sink.ts';
import { chunkLayout, closing, magicBytes } from './footer.ts';
import type { Footer, RowGroup } from './footer.ts';
import {
  ChunkField,
  ColumnField,
  ColumnKeyField,
  CryptoField,
  FileField,
  MAGIC_PLAIN,
  ModuleType,
  RowGroupField,
} from './format.ts';
import { moduleAad } from './module-aad.ts';
import { moduleAt, openModule } from './module.ts';
import { openFooter } from './open-footer.ts';
import type { OpenedFooter } from './open-footer.ts';
import type { ParquetKeys } from './open-keys.ts';
import { openPages } from './open-pages.ts';
import type { OpenedChunk, SealedChunk } from './open-pages.ts';
import { otherValues } from './rewrite-page.ts';
import type { ChunkRewrite, PlainValues } from './rewrite-page.ts';
import { CountingReader, planReads } from './range-reader.ts';
import type { RangeReader } from './range-reader.ts';
import { columnKey } from './schema.ts';
import type { Leaf, SchemaTree } from './schema.ts';
import { bytesAt, intAt, structAt, textsAt } from './thrift-access.ts';
import { decodeStruct, refuseTrailing } from './thrift-reader.ts';
import { i16, i64, list, structOf, ThriftType, withFields } from './thrift-value.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';
import { wholeElement, wholeNumbers } from './whole-column.ts';
import type { WholeColumn } from './whole-column.ts';

export interface OpenParquetOptions {
  /**
   * The associated-data prefix that the file must have. Null takes what the file itself stores and so does not
   * notice an older file put in its place: for files from elsewhere only.
   */
  readonly aadPrefix: Uint8Array | null;
  /** Paths of the columns to open; one of a group opens all below it. */
  readonly columns: readonly (readonly string[])[] | 'all';
  /** Ranges less apart than this are read at once. */
  readonly gapBytes?: number;
  /** Columns of the first level whose values become others, by name; their statistics are dropped. */
  readonly values?: ReadonlyMap<string, PlainValues>;
  /** Columns of whole numbers to make besides, by name. What they are made of is opened too only where `columns` says so. */
  readonly wholes?: ReadonlyMap<string, WholeColumn>;
}

/** A column of the plain file, and what it is made of. */
interface Outcome {
  readonly name: string;
  readonly leaf: Leaf;
  /** Made anew for each of its chunks. */
  readonly rewrite: (() => ChunkRewrite) | null;
}

/** What an opening cost and gave. */
export interface OpenedParquet {
  readonly rows: number;
  readonly rowGroups: number;
  /** Paths of the columns in the plain file, joined with dots, in its order. */
  readonly columns: readonly string[];
  readonly bytesRead: number;
  readonly reads: number;
  readonly bytesWritten: number;
}

/** The longest single read. */
const MAX_READ = 64 * 1_048_576;

/**
 * Opens some columns of a sealed Parquet file into a plain one, reading only what they need.
 *
 * Every module that is used was authenticated; nothing of a page reaches `out` before. The plain file has the pruned
 * schema, statistics and row groups, and drops key-value metadata, sort orders, indexes and bloom filters. It is
 * usable only once this resolved: on an error `out` holds a file without an end, which readers refuse.
 *
 * @throws {StoreError} STORE_OPEN_FAILED, STORE_PREFIX_MISMATCH, STORE_KEY_MISSING, STORE_COLUMN_MISSING,
 *   STORE_PARQUET_INVALID
 * @see Apache Parquet format, Encryption.md
 */
export async function openParquet(
  source: RangeReader,
  keys: ParquetKeys,
  options: OpenParquetOptions,
  out: ByteSink,
): Promise<OpenedParquet> {
  const reader = new CountingReader(source);
  const file = await openFooter(reader, keys, options.aadPrefix);
  const { schema, rowGroups } = file.footer;
  const leaves = options.columns === 'all' ? schema.leaves : schema.select(options.columns);
  const made = [...(options.wholes ?? [])].map(([name, column]) => wholeOutcome(name, column, schema));
  const outcomes = [...leaves.map((leaf) => outcomeOf(leaf, options.values)), ...made];
  out.write(magicBytes(MAGIC_PLAIN));
  const groups: ThriftStruct[] = [];
  for (const [index, group] of rowGroups.entries()) {
    const chunks = outcomes.map(({ leaf, rewrite }) =>
      naming(columnKey(leaf.path), () => sealedChunk(file, group, index, leaf, keys, rewrite?.() ?? null)),
    );
    checkRowGroup(file, group, index, leaves, chunks.slice(0, leaves.length));
    const opened = await openChunks(reader, file, outcomes, chunks, options.gapBytes ?? 0, out);
    groups.push(plainRowGroup(group, index, opened));
  }
  const footer = encodeStruct(plainFooter(file.footer, leaves, made, groups));
  out.write(footer);
  out.write(closing(footer.length, MAGIC_PLAIN));
  return {
    rows: rowGroups.reduce((sum, group) => sum + group.rows, 0),
    rowGroups: rowGroups.length,
    columns: outcomes.map(({ name }) => name),
    bytesRead: reader.bytesRead,
    reads: reader.reads,
    bytesWritten: out.length,
  };
}

/** The plain file of `openParquet` in memory. */
export async function openParquetInMemory(
  source: RangeReader,
  keys: ParquetKeys,
  options: OpenParquetOptions,
): Promise<{ readonly file: Uint8Array; readonly opened: OpenedParquet }> {
  const sink = new MemorySink();
  const opened = await openParquet(source, keys, options, sink);
  return { file: sink.bytes(), opened };
}

function outcomeOf(leaf: Leaf, values: OpenParquetOptions['values']): Outcome {
  const name = columnKey(leaf.path);
  const others = values?.get(name);
  return {
    name,
    leaf,
    rewrite: others === undefined ? null : () => otherValues(others, leaf.nullable),
  };
}

function wholeOutcome(name: string, column: WholeColumn, schema: SchemaTree): Outcome {
  const leaf = schema.select([[column.of]])[0]!;
  return { name, leaf, rewrite: () => wholeNumbers(name, column, leaf.nullable) };
}

function sealedChunk(
  file: OpenedFooter,
  group: RowGroup,
  rowGroup: number,
  leaf: Leaf,
  keys: ParquetKeys,
  rewrite: ChunkRewrite | null,
): SealedChunk {
  const chunk = group.chunks[leaf.index]!;
  const key = chunkKey(file, chunk, leaf, keys);
  const clear = structAt(chunk, ChunkField.MetaData, 'the metadata of a column');
  const sealed = bytesAt(chunk, ChunkField.EncryptedMetaData, 'the sealed metadata of a column');
  // Metadata in clear beside sealed metadata shows statistics to holders of the footer key alone. Where the footer
  // itself is in clear, the format wants a copy without statistics there.
  if (sealed !== undefined && clear !== undefined && (file.encrypted || clear.has(ColumnField.Statistics))) {
    throw parquetInvalid('the metadata of a sealed column stands in clear beside it');
  }
  if (sealed !== undefined && key === null) throw parquetInvalid('a column has sealed metadata and no key');
  let meta = clear;
  if (sealed !== undefined && key !== null) {
    const module = moduleAt(sealed, 0);
    if (module.end !== sealed.length) throw parquetInvalid('bytes follow the metadata of a column');
    const place = { type: ModuleType.ColumnMetaData, rowGroup, column: leaf.index };
    const plain = openModule(key, moduleAad(file.fileAad, place), module.body);
    const decoded = decodeStruct(plain);
    refuseTrailing(plain, decoded.end, 'the metadata of a column');
    meta = decoded.struct;
  }
  if (meta === undefined) throw parquetInvalid('a column has no metadata');
  const layout = chunkLayout(meta, leaf.path, file.start);
  return { meta, layout, rowGroup, column: leaf.index, key, ...(rewrite === null ? {} : { rewrite }) };
}

/** The key of a chunk; null where it is not sealed. */
function chunkKey(file: OpenedFooter, chunk: ThriftStruct, leaf: Leaf, keys: ParquetKeys): AeadKey | null {
  const crypto = structAt(chunk, ChunkField.CryptoMetaData, 'the key metadata of a column');
  if (crypto === undefined) return null;
  if (crypto.size !== 1) throw parquetInvalid('the key metadata of a column is not known');
  if (crypto.has(CryptoField.WithFooterKey)) return file.footerKey;
  const own = structAt(crypto, CryptoField.WithColumnKey, 'the key metadata of a column');
  if (own === undefined) throw parquetInvalid('the key metadata of a column is not known');
  const path = textsAt(own, ColumnKeyField.Path, 'the path of a sealed column');
  if (path.length !== leaf.path.length || path.some((name, i) => name !== leaf.path[i])) {
    throw parquetInvalid('the key metadata of a column belongs to another');
  }
  return keys.column(leaf.path, bytesAt(own, ColumnKeyField.KeyMetadata, 'key metadata') ?? null);
}

/** What planners of other readers rely on must be so: where the group starts, and its sizes where all is known. */
function checkRowGroup(
  file: OpenedFooter,
  group: RowGroup,
  index: number,
  leaves: readonly Leaf[],
  chunks: readonly SealedChunk[],
): void {
  const first = chunks[0];
  const offset = intAt(group.fields, RowGroupField.FileOffset, 'the offset of a row group');
  if (
    offset !== undefined &&
    offset !== 0 &&
    leaves[0]?.index === 0 &&
    first !== undefined &&
    offset !== first.layout.start
  ) {
    throw parquetInvalid(`row group ${index} does not start where it says`);
  }
  if (chunks.length !== file.footer.schema.leaves.length) return;
  const size = intAt(group.fields, RowGroupField.TotalCompressedSize, 'the size of a row group');
  const found = chunks.reduce((sum, chunk) => sum + chunk.layout.end - chunk.layout.start, 0);
  if (size !== undefined && size !== found)
    throw parquetInvalid(`the columns of row group ${index} do not add up to its size`);
}

async function openChunks(
  reader: RangeReader,
  file: OpenedFooter,
  outcomes: readonly Outcome[],
  chunks: readonly SealedChunk[],
  gap: number,
  out: ByteSink,
): Promise<readonly OpenedChunk[]> {
  const ranges = chunks.map((chunk) => chunk.layout).sort((a, b) => a.start - b.start);
  const reads = await Promise.all(
    planReads(ranges, gap, MAX_READ).map(async (range) => ({ range, data: await reader.read(range.start, range.end) })),
  );
  return chunks.map((chunk, index) => {
    const { start, end } = chunk.layout;
    const read = reads.find(({ range }) => range.start <= start && end <= range.end);
    if (read === undefined) throw new RangeError('the plan of reads leaves out a column chunk');
    const data = read.data.subarray(start - read.range.start, end - read.range.start);
    return naming(outcomes[index]!.name, () => openPages(chunk, data, file.fileAad, file.cipher, out));
  });
}

function plainRowGroup(group: RowGroup, ordinal: number, chunks: readonly OpenedChunk[]): ThriftStruct {
  const columns = chunks.map((chunk): ThriftValue => ({
    kind: 'struct',
    value: structOf({ [ChunkField.FileOffset]: i64(0), [ChunkField.MetaData]: { kind: 'struct', value: chunk.meta } }),
  }));
  return withFields(group.fields, {
    [RowGroupField.Columns]: list(ThriftType.Struct, columns),
    [RowGroupField.TotalByteSize]: i64(chunks.reduce((sum, chunk) => sum + chunk.uncompressed, 0)),
    [RowGroupField.SortingColumns]: undefined,
    [RowGroupField.FileOffset]: i64(chunks[0]?.start ?? 0),
    [RowGroupField.TotalCompressedSize]: i64(chunks.reduce((sum, chunk) => sum + chunk.compressed, 0)),
    [RowGroupField.Ordinal]: i16(ordinal),
  });
}

function plainFooter(
  footer: Footer,
  leaves: readonly Leaf[],
  made: readonly Outcome[],
  groups: readonly ThriftStruct[],
): ThriftStruct {
  const kept = new Set(leaves.map((leaf) => leaf.index));
  const structs = (values: readonly ThriftStruct[]): ThriftValue =>
    list(
      ThriftType.Struct,
      values.map((value) => ({ kind: 'struct', value })),
    );
  const orders = footer.metadata.get(FileField.ColumnOrders);
  return withFields(footer.metadata, {
    [FileField.Schema]: structs(
      footer.schema.prune(
        kept,
        made.map(({ name, leaf }) => wholeElement(name, footer.schema.elementOf(leaf))),
      ),
    ),
    [FileField.RowGroups]: structs(groups),
    [FileField.KeyValues]: undefined,
    [FileField.ColumnOrders]:
      orders?.kind === 'list'
        ? list(orders.element, [
            ...orders.value.filter((_, index) => kept.has(index)),
            ...made.map(({ leaf }) => orders.value[leaf.index]!),
          ])
        : undefined,
    [FileField.EncryptionAlgorithm]: undefined,
    [FileField.FooterSigningKeyMetadata]: undefined,
  });
}
