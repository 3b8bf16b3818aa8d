export { StoreError } from './errors.ts';
export type { StoreErrorCode } from './errors.ts';
export { encodeParquet, ParquetEncoder } from './parquet/encode-parquet.ts';
export type { EncodeParquetOptions } from './parquet/encode-parquet.ts';
export { sealParquet } from './parquet/seal-parquet.ts';
export type { SealKey, SealParquetOptions } from './parquet/seal-parquet.ts';
export { openParquet, openParquetInMemory } from './parquet/open-parquet.ts';
export type { OpenedParquet, OpenParquetOptions } from './parquet/open-parquet.ts';
export type { PlainValues } from './parquet/rewrite-page.ts';
export type { WholeColumn } from './parquet/whole-column.ts';
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
export { decodeParquet } from './parquet/decode-parquet.ts';
export { decodeRowGroups } from './parquet/decode-row-groups.ts';
export type { DecodedGroup } from './parquet/decode-row-groups.ts';
export { segmentAadPrefix, segmentObjectKey, mergeColumns, SEGMENT_PREFIX } from './segment.ts';
export type { JournalSpan, SealedObject, Segment, SegmentColumn, StoredColumn, TokenMark } from './segment.ts';
export { placedKey, placeOf, PLACES_PREFIX } from './archive/place-key.ts';
export { lookForObjects } from './archive/look-for-objects.ts';
export { PlacedObjects } from './archive/placed-objects.ts';
export { archivedBefore } from './archive/plan-archive.ts';
export type { Archive } from './archive/plan-archive.ts';
export type { Places } from './archive/carrier.ts';
export { damagedFor } from './damaged-segments.ts';
export type { DamagedSegment } from './damaged-segments.ts';
export { handlesOf, SegmentCatalogue } from './segment-catalogue.ts';
export { STORE_SCHEMA } from './schema.ts';
export { Erasures } from './erasures.ts';
export type { CertificateEntry, Erasure } from './erasures.ts';
export { Holds, isHeldBy, mayCover } from './holds.ts';
export type { Hold } from './holds.ts';
export type { SegmentFilter, SegmentSet, WrapKeeper } from './segment-catalogue.ts';
export type {
  DataKeySource,
  FileOffsets,
  HandledKey,
  Publication,
  Expired,
  Replacement,
  Retirement,
  SegmentKeySource,
  SegmentPublisher,
  StoreState,
  StreamShapes,
} from './ports.ts';
export { keptFrom, receiptOf } from './retention.ts';
export { requireMayGo } from './require-may-go.ts';
export type { LeastKeep } from './require-may-go.ts';
export type { Keep, Retention } from './retention.ts';
export { planExpiry } from './plan-expiry.ts';
export type { DeclaredClasses } from './declared-classes.ts';
export { snapshotOf, Tail } from './tail.ts';
export { TailBlocks } from './tail-blocks.ts';
export type { TailBlock, TailBlocksParts } from './tail-blocks.ts';
export { subjectRows } from './read-subject.ts';
export type { SubjectReadings, SubjectRow } from './read-subject.ts';
export { findSubject, markSubject } from './subject-rows.ts';
export type { SubjectColumn, SubjectFinding, SubjectRows } from './subject-rows.ts';
export type { TailCut, TailEntry, TailSnapshot, TailSummary } from './tail.ts';
export { CUT_LIMITS, decideCut } from './cut-decision.ts';
export type { CutLimits, DueCut } from './cut-decision.ts';
export { factsOf, keyColumns, sealColumns } from './seal-columns.ts';
export type { KeyedColumns } from './seal-columns.ts';
export { sealSegment } from './seal-segment.ts';
export { giveTurn } from './seal-segment.ts';
export type { SealingParts, SegmentContent } from './seal-segment.ts';
export { makeHere } from './segment-maker.ts';
export type { SegmentMaker } from './segment-maker.ts';
export { openSegment, verifySegment } from './open-segment.ts';
export { mergeBatches, reorderRows, sortByTime } from './merge-batches.ts';
export { COMPACTION_LIMITS, planCompaction } from './plan-compaction.ts';
export type { CompactionLimits, CompactionPlan } from './plan-compaction.ts';
export { STORE_LIMITS } from './store-limits.ts';
export type { StoreLimits } from './store-limits.ts';
export { StoreService } from './store-service.ts';
export type { ServedTail, StoreProgress, StoreParts, StoreStatus } from './store-service.ts';
export type { SubjectSearch } from './subject-reader.ts';
export { BackupError, damaged as backupDamaged } from './backup/errors.ts';
export type { BackupErrorCode } from './backup/errors.ts';
export {
  BLOB_PREFIX,
  blobKey,
  DESCRIPTION_KEY,
  MANIFEST_PREFIX,
  manifestKey,
  RING_KEY,
} from './backup/backup-layout.ts';
export { blobsOf, sizeOf } from './backup/manifest.ts';
export type { BackupFile, BackupManifest, BackupPart, BackupSegment } from './backup/manifest.ts';
export type { BackupRing } from './backup/ring.ts';
export { BACKUP_TYPE, decodeDocument, encodeDocument } from './backup/signed-document.ts';
export type { OpenEnvelope, SignEnvelope, UnverifiedDocument } from './backup/signed-document.ts';
export { copyObject, readHashed } from './backup/copy-object.ts';
export { inParallel } from './backup/in-parallel.ts';
export { openFile as openBackupFile, storeFile as storeBackupFile } from './backup/sealed-file.ts';
export type { Correction, CorrectValue } from './correct-column.ts';
export type { SubjectSpan } from './subject-spans.ts';
export { joinSpans } from './subject-spans.ts';
