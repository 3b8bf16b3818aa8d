import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBTypeId,
} from '@duckdb/node-api';
import type { DuckDBType } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';

/**
 * The Arrow type of a column of a result. Whole numbers keep their width, 128-bit ones are decimals of 38 digits, as
 * DuckDB exports them; times are microseconds, those with a zone in UTC; what Arrow has no like of is text.
 */
export function arrowType(type: DuckDBType): arrow.DataType {
  if (type instanceof DuckDBDecimalType) return new arrow.Decimal(type.scale, type.width, 128);
  if (type instanceof DuckDBListType) return new arrow.List(arrow.Field.new('item', arrowType(type.valueType), true));
  if (type instanceof DuckDBArrayType) {
    return new arrow.FixedSizeList(type.length, arrow.Field.new('item', arrowType(type.valueType), true));
  }
  if (type instanceof DuckDBStructType) {
    return new arrow.Struct(
      type.entryNames.map((name, i) => arrow.Field.new(name, arrowType(type.entryTypes[i] as DuckDBType), true)),
    );
  }
  if (type instanceof DuckDBMapType) {
    const entries = new arrow.Struct([
      arrow.Field.new('key', arrowType(type.keyType), false),
      arrow.Field.new('value', arrowType(type.valueType), true),
    ]);
    return new arrow.Map_(arrow.Field.new('entries', entries, false) as never);
  }
  return scalarType(type.typeId);
}

function scalarType(id: DuckDBTypeId): arrow.DataType {
  switch (id) {
    case DuckDBTypeId.BOOLEAN:
      return new arrow.Bool();
    case DuckDBTypeId.TINYINT:
      return new arrow.Int8();
    case DuckDBTypeId.SMALLINT:
      return new arrow.Int16();
    case DuckDBTypeId.INTEGER:
      return new arrow.Int32();
    case DuckDBTypeId.BIGINT:
      return new arrow.Int64();
    case DuckDBTypeId.UTINYINT:
      return new arrow.Uint8();
    case DuckDBTypeId.USMALLINT:
      return new arrow.Uint16();
    case DuckDBTypeId.UINTEGER:
      return new arrow.Uint32();
    case DuckDBTypeId.UBIGINT:
      return new arrow.Uint64();
    case DuckDBTypeId.HUGEINT:
      return new arrow.Decimal(0, 38, 128);
    case DuckDBTypeId.FLOAT:
      return new arrow.Float32();
    case DuckDBTypeId.DOUBLE:
      return new arrow.Float64();
    case DuckDBTypeId.BLOB:
      return new arrow.Binary();
    case DuckDBTypeId.DATE:
      return new arrow.DateDay();
    case DuckDBTypeId.TIME:
      return new arrow.TimeMicrosecond();
    case DuckDBTypeId.TIMESTAMP:
      return new arrow.TimestampMicrosecond();
    case DuckDBTypeId.TIMESTAMP_TZ:
      return new arrow.TimestampMicrosecond('UTC');
    case DuckDBTypeId.TIMESTAMP_S:
      return new arrow.TimestampSecond();
    case DuckDBTypeId.TIMESTAMP_MS:
      return new arrow.TimestampMillisecond();
    case DuckDBTypeId.TIMESTAMP_NS:
      return new arrow.TimestampNanosecond();
    case DuckDBTypeId.INTERVAL:
      return new arrow.IntervalMonthDayNano();
    case DuckDBTypeId.SQLNULL:
      return new arrow.Null();
    default:
      return new arrow.Utf8();
  }
}
