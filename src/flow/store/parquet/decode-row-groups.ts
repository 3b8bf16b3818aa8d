import { equalBytes } from '#base/core/index.ts';
import type { ColumnShape, NamedColumn } from '#base/core/index.ts';
import { parquetInvalid } from '../errors.ts';
import { decodeColumn } from './decode-parquet.ts';
import { schemaElement } from './encode-parquet.ts';
import { readPlainFooter } from './footer.ts';
import { encodeStruct } from './thrift-writer.ts';

/** The rows of one row group. */
export interface DecodedGroup {
  readonly rows: number;
  readonly columns: readonly NamedColumn[];
}

/**
 * Reads a plain file that somebody says `encodeParquet` wrote, one row group after the other, and believes nothing of it:
 * it has the columns of the shape and no others, of their types, and no row group has more rows than is said.
 *
 * @param mostRows of a row group
 * @throws {StoreError} STORE_PARQUET_INVALID
 */
export function* decodeRowGroups(
  file: Uint8Array,
  shape: readonly ColumnShape[],
  mostRows: number,
): Generator<DecodedGroup> {
  const { footer, start } = readPlainFooter(file);
  const { schema, rowGroups } = footer;
  const isShape =
    schema.leaves.length === shape.length &&
    schema.leaves.every((leaf, at) =>
      equalBytes(encodeStruct(schema.elementOf(leaf)), encodeStruct(schemaElement(shape[at]!))),
    );
  if (!isShape) throw parquetInvalid('its columns are others than was said');
  for (const group of rowGroups) {
    // Untrusted: what is made room for is bounded.
    if (group.rows > mostRows) throw parquetInvalid('a row group has more rows than was said');
    const one = { ...footer, rowGroups: [group] };
    const columns = shape.map((column, index) => ({
      name: column.name,
      data: decodeColumn(file, one, start, index, column, group.rows),
    }));
    yield { rows: group.rows, columns };
  }
}
