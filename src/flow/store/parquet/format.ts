/**
 * Field ids, enumerations and magic of the Parquet format that this room reads or writes.
 *
 * @see Apache Parquet format 2.12, parquet.thrift and Encryption.md
 */

export const MAGIC_PLAIN = 'PAR1';
export const MAGIC_ENCRYPTED = 'PARE';
/** Length in bytes of magic; also of the little-endian footer length before the closing one. */
export const MAGIC_LENGTH = 4;

/** The largest ordinal of row groups, columns and pages: they are 16-bit signed in the associated data. */
export const MAX_ORDINAL = 32_767;

export const FileField = {
  Version: 1,
  Schema: 2,
  NumRows: 3,
  RowGroups: 4,
  KeyValues: 5,
  CreatedBy: 6,
  ColumnOrders: 7,
  EncryptionAlgorithm: 8,
  FooterSigningKeyMetadata: 9,
} as const;

export const SchemaField = {
  Type: 1,
  Repetition: 3,
  Name: 4,
  NumChildren: 5,
  ConvertedType: 6,
  LogicalType: 10,
} as const;

export const RowGroupField = {
  Columns: 1,
  TotalByteSize: 2,
  NumRows: 3,
  SortingColumns: 4,
  FileOffset: 5,
  TotalCompressedSize: 6,
  Ordinal: 7,
} as const;

export const ChunkField = {
  FilePath: 1,
  FileOffset: 2,
  MetaData: 3,
  OffsetIndexOffset: 4,
  OffsetIndexLength: 5,
  ColumnIndexOffset: 6,
  ColumnIndexLength: 7,
  CryptoMetaData: 8,
  EncryptedMetaData: 9,
} as const;

export const CryptoField = { WithFooterKey: 1, WithColumnKey: 2 } as const;
export const ColumnKeyField = { Path: 1, KeyMetadata: 2 } as const;

export const ColumnField = {
  Type: 1,
  Encodings: 2,
  Path: 3,
  Codec: 4,
  NumValues: 5,
  TotalUncompressedSize: 6,
  TotalCompressedSize: 7,
  DataPageOffset: 9,
  IndexPageOffset: 10,
  DictionaryPageOffset: 11,
  Statistics: 12,
  BloomFilterOffset: 14,
  BloomFilterLength: 15,
} as const;

export const StatisticsField = { NullCount: 3, MaxValue: 5, MinValue: 6, IsMaxExact: 7, IsMinExact: 8 } as const;

export const PageField = {
  Type: 1,
  UncompressedSize: 2,
  CompressedSize: 3,
  Crc: 4,
  DataHeader: 5,
  DictionaryHeader: 7,
  DataHeaderV2: 8,
} as const;

export const PageType = { Data: 0, Index: 1, Dictionary: 2, DataV2: 3 } as const;

export const OffsetIndexField = { Locations: 1 } as const;
export const LocationField = { Offset: 1, CompressedSize: 2 } as const;
export const BloomFilterField = { NumBytes: 1 } as const;

export const FileCryptoField = { Algorithm: 1, KeyMetadata: 2 } as const;
export const AlgorithmField = { AesGcmV1: 1, AesGcmCtrV1: 2 } as const;
export const AesField = { AadPrefix: 1, FileUnique: 2, SupplyPrefix: 3 } as const;

export const PhysicalType = { Boolean: 0, Int32: 1, Int64: 2, Double: 5, ByteArray: 6 } as const;
export const Repetition = { Required: 0, Optional: 1, Repeated: 2 } as const;
export const Encoding = { Plain: 0, Rle: 3, RleDictionary: 8 } as const;
export const Codec = { Uncompressed: 0, Zstd: 6 } as const;

/** Kinds of module, as they stand in the associated data. @see Encryption.md section 4.4 */
export const ModuleType = {
  Footer: 0,
  ColumnMetaData: 1,
  DataPage: 2,
  DictionaryPage: 3,
  DataPageHeader: 4,
  DictionaryPageHeader: 5,
  ColumnIndex: 6,
  OffsetIndex: 7,
  BloomFilterHeader: 8,
  BloomFilterBitset: 9,
} as const;
export type ModuleType = (typeof ModuleType)[keyof typeof ModuleType];
