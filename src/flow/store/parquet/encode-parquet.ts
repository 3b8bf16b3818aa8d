import type { Batch, ColumnShape } from '#base/core/index.ts';
import { MemorySink } from './byte-sink.ts';
import type { ByteSink } from './byte-sink.ts';
import { encodeChunk, physicalType } from './encode-chunk.ts';
import type { EncodedChunk } from './encode-chunk.ts';
import { closing, magicBytes } from './footer.ts';
import { ChunkField, FileField, MAGIC_PLAIN, Repetition, RowGroupField, SchemaField } from './format.ts';
import { gatherColumn } from './gather-column.ts';
import type { Slice } from './gather-column.ts';
import { takeSteps } from './take-steps.ts';
import { bool, i16, i32, i64, list, struct, structOf, text, ThriftType } from './thrift-value.ts';
import type { ThriftStruct, ThriftValue } from './thrift-value.ts';
import { encodeStruct } from './thrift-writer.ts';

/** Rows of a row group: its largest column of numbers then fills one page of 1 MiB. */
const ROW_GROUP_ROWS = 131_072;

export interface EncodeParquetOptions {
  /** Facts that stand in the footer as key-value metadata, such as units and classes. */
  readonly facts?: ReadonlyMap<string, string>;
  readonly rowGroupRows?: number;
  /** Level of zstd; 1 keeps up with ingest. Null writes fast instead of small. */
  readonly level?: number | null;
}

/**
 * Writes batches of one stream as one plain Parquet file, rows in the order given.
 *
 * Numbers are DOUBLE, integers INT64, times TIMESTAMP in UTC microseconds, booleans BOOLEAN, texts STRING by
 * dictionary where it pays. A batch that lacks a column of the shape has nulls there; columns beyond the shape are
 * left out. Statistics, row-group ordinals and column orders are written, so that the file can be sealed as it is.
 *
 * @param shape at least one column; names without dots
 * @throws {TypeError} if a column is of another type, or null where it may not be
 * @see Apache Parquet format 2.12
 */
export function encodeParquet(
  shape: readonly ColumnShape[],
  batches: readonly Batch[],
  options: EncodeParquetOptions = {},
): Uint8Array {
  return takeSteps(encodeParquetSteps(shape, batches, options));
}

/** The same in steps of a page about, each a few milliseconds, for who must not hold others up meanwhile. */
export function* encodeParquetSteps(
  shape: readonly ColumnShape[],
  batches: readonly Batch[],
  options: EncodeParquetOptions = {},
): Generator<void, Uint8Array> {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const out = new MemorySink(rows * shape.length * 6 + 4_096);
  const encoder = new ParquetEncoder(shape, out, options);
  for (const slices of cutRowGroups(batches, options.rowGroupRows ?? ROW_GROUP_ROWS)) yield* encoder.group(slices);
  encoder.end();
  return out.bytes();
}

/** Writes such a file one row group after the other, so that it may be longer than what memory holds. */
export class ParquetEncoder {
  readonly #shape: readonly ColumnShape[];
  readonly #out: ByteSink;
  readonly #options: Pick<EncodeParquetOptions, 'facts' | 'level'>;
  readonly #groups: ThriftValue[] = [];
  #rows = 0;

  /** @param out at its beginning; the file is whole once `end` was called */
  constructor(
    shape: readonly ColumnShape[],
    out: ByteSink,
    options: Pick<EncodeParquetOptions, 'facts' | 'level'> = {},
  ) {
    this.#shape = shape;
    this.#out = out;
    this.#options = options;
    out.write(magicBytes(MAGIC_PLAIN));
  }

  /** Writes one row group, in steps of a page about. @throws {TypeError} as `encodeParquet` */
  *group(slices: readonly Slice[]): Generator<void, void> {
    const { level = 1 } = this.#options;
    const out = this.#out;
    const count = slices.reduce((sum, slice) => sum + slice.to - slice.from, 0);
    const chunks: EncodedChunk[] = [];
    for (const column of this.#shape) {
      const gathered = gatherColumn(column, slices, count);
      yield;
      chunks.push(yield* encodeChunk(column, gathered, count, level, out));
    }
    const start = chunks[0]?.start ?? out.length;
    this.#rows += count;
    this.#groups.push(
      struct({
        [RowGroupField.Columns]: list(
          ThriftType.Struct,
          chunks.map(({ meta }) =>
            struct({ [ChunkField.FileOffset]: i64(0), [ChunkField.MetaData]: { kind: 'struct', value: meta } }),
          ),
        ),
        [RowGroupField.TotalByteSize]: i64(chunks.reduce((sum, chunk) => sum + chunk.uncompressed, 0)),
        [RowGroupField.NumRows]: i64(count),
        [RowGroupField.FileOffset]: i64(start),
        [RowGroupField.TotalCompressedSize]: i64(out.length - start),
        [RowGroupField.Ordinal]: i16(this.#groups.length),
      }),
    );
  }

  /** Writes all rows of a batch as one row group. @throws {TypeError} as `encodeParquet` */
  batch(batch: Batch): void {
    for (const _ of this.group([{ batch, from: 0, to: batch.rows }]));
  }

  end(): void {
    const footer = encodeStruct(fileMetaData(this.#shape, this.#rows, this.#groups, this.#options.facts ?? new Map()));
    this.#out.write(footer);
    this.#out.write(closing(footer.length, MAGIC_PLAIN));
  }
}

function fileMetaData(
  shape: readonly ColumnShape[],
  rows: number,
  groups: readonly ThriftValue[],
  facts: ReadonlyMap<string, string>,
): ThriftStruct {
  const root = struct({ [SchemaField.Name]: text('schema'), [SchemaField.NumChildren]: i32(shape.length) });
  const keyValues = [...facts].map(([key, value]) => struct({ 1: text(key), 2: text(value) }));
  return structOf({
    [FileField.Version]: i32(2),
    [FileField.Schema]: list(ThriftType.Struct, [
      root,
      ...shape.map((column) => ({ kind: 'struct' as const, value: schemaElement(column) })),
    ]),
    [FileField.NumRows]: i64(rows),
    [FileField.RowGroups]: list(ThriftType.Struct, groups),
    [FileField.KeyValues]: keyValues.length === 0 ? undefined : list(ThriftType.Struct, keyValues),
    [FileField.CreatedBy]: text('weir version 1'),
    // Without a declared order readers may not trust minima and maxima.
    [FileField.ColumnOrders]: list(
      ThriftType.Struct,
      shape.map(() => struct({ 1: struct({}) })),
    ),
  });
}

/** The SchemaElement of a column. */
export function schemaElement(column: ColumnShape): ThriftStruct {
  const convertedUtf8 = 0;
  const convertedTimestampMicros = 10;
  const logical = {
    text: struct({ 1: struct({}) }),
    time: struct({ 8: struct({ 1: bool(true), 2: struct({ 2: struct({}) }) }) }),
    number: undefined,
    integer: undefined,
    boolean: undefined,
  }[column.type];
  const converted =
    column.type === 'text' ? i32(convertedUtf8) : column.type === 'time' ? i32(convertedTimestampMicros) : undefined;
  return structOf({
    [SchemaField.Type]: i32(physicalType(column.type)),
    [SchemaField.Repetition]: i32(column.nullable ? Repetition.Optional : Repetition.Required),
    [SchemaField.Name]: text(column.name),
    [SchemaField.ConvertedType]: converted,
    [SchemaField.LogicalType]: logical,
  });
}

function* cutRowGroups(batches: readonly Batch[], size: number): Generator<readonly Slice[]> {
  let slices: Slice[] = [];
  let room = size;
  for (const batch of batches) {
    for (let from = 0; from < batch.rows;) {
      const to = Math.min(batch.rows, from + room);
      slices.push({ batch, from, to });
      room -= to - from;
      from = to;
      if (room > 0) continue;
      yield slices;
      slices = [];
      room = size;
    }
  }
  if (slices.length > 0) yield slices;
}
