export { StoreError } from './errors.ts';
export type { StoreErrorCode } from './errors.ts';
export { encodeParquet } from './parquet/encode-parquet.ts';
export type { EncodeParquetOptions } from './parquet/encode-parquet.ts';
export { sealParquet } from './parquet/seal-parquet.ts';
export type { SealKey, SealParquetOptions } from './parquet/seal-parquet.ts';
export { openParquet, openParquetInMemory } from './parquet/open-parquet.ts';
export type { OpenedParquet, OpenParquetOptions } from './parquet/open-parquet.ts';
export { fixedKeys } from './parquet/open-keys.ts';
export type { ParquetKeys } from './parquet/open-keys.ts';
export { memoryReader } from './parquet/range-reader.ts';
export type { RangeReader } from './parquet/range-reader.ts';
export { ForwardingSink, MemorySink } from './parquet/byte-sink.ts';
export type { ByteSink } from './parquet/byte-sink.ts';
export {
  formatKeyMetadata,
  parseExternalKeyMaterial,
  parseKeyMetadata,
  unwrapKeyMaterial,
} from './parquet/key-metadata.ts';
export type { KeyMaterial, KeyMetadata } from './parquet/key-metadata.ts';
