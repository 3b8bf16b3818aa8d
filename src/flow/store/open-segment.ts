import { hasCode, equalBytes } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { StoreError } from './errors.ts';
import type { ByteSink } from './parquet/byte-sink.ts';
import { formatKeyMetadata } from './parquet/key-metadata.ts';
import { openParquet } from './parquet/open-parquet.ts';
import type { OpenedParquet } from './parquet/open-parquet.ts';
import type { ParquetKeys } from './parquet/open-keys.ts';
import { FOOTER_DOMAIN, masterKeyId, segmentAadPrefix } from './segment.ts';
import type { SealedObject } from './segment.ts';

/**
 * Opens some columns of a segment into a plain Parquet file, reading only what they need.
 *
 * @param keys by handle; the footer's and those of the columns
 * @param out takes the plain file; use it only once this resolved
 * @throws {StoreError} STORE_SEGMENT_DAMAGED naming segment and column if anything in the object is not what was
 *   sealed; STORE_SEGMENT_MISSING if there is no object; STORE_KEY_MISSING if a key is absent or shredded;
 *   STORE_COLUMN_MISSING
 */
export async function openSegment(
  objects: Objects,
  segment: SealedObject,
  columns: readonly string[],
  keys: ReadonlyMap<string, AeadKey>,
  out: ByteSink,
): Promise<OpenedParquet> {
  for (const name of columns) {
    if (segment.columns.some((column) => column.name === name)) continue;
    throw new StoreError('STORE_COLUMN_MISSING', `Cannot open column ${name} of segment ${segment.id}: it has none`, {
      segment: segment.id,
      column: name,
    });
  }
  await requireWhole(objects, segment);
  const source = {
    size: segment.size,
    read: (start: number, end: number) => objects.read(segment.objectKey, start, end),
  };
  const options = { aadPrefix: segmentAadPrefix(segment.id, segment.version), columns: columns.map((name) => [name]) };
  try {
    const opened = await openParquet(source, segmentKeys(segment, keys), options, out);
    if (opened.rows === segment.rows) return opened;
  } catch (error) {
    throw asDamage(error, segment);
  }
  throw damaged(segment, undefined, 'it has another number of rows');
}

/**
 * Reads a whole object and compares it with the digest in the catalogue.
 *
 * @throws {StoreError} STORE_SEGMENT_DAMAGED, STORE_SEGMENT_MISSING
 */
export async function verifySegment(objects: Objects, segment: SealedObject): Promise<void> {
  await requireWhole(objects, segment);
  const digest = sha256Hex(await objects.read(segment.objectKey));
  if (digest !== segment.digest) throw damaged(segment, undefined, 'its digest is another');
}

async function requireWhole(objects: Objects, segment: SealedObject): Promise<void> {
  const size = await objects.size(segment.objectKey);
  if (size === null) {
    throw new StoreError('STORE_SEGMENT_MISSING', `Cannot open segment ${segment.id}: its object is not there`, {
      segment: segment.id,
      hint: 'Restore the object from the newest backup',
    });
  }
  if (size !== segment.size) throw damaged(segment, undefined, 'its size is another');
}

/** Keys by what the catalogue says; key metadata in the file must say the same. */
function segmentKeys(segment: SealedObject, keys: ReadonlyMap<string, AeadKey>): ParquetKeys {
  const find = (handle: string, column: string | undefined): AeadKey => {
    const key = keys.get(handle);
    if (key !== undefined) return key;
    throw new StoreError(
      'STORE_KEY_MISSING',
      `Cannot open ${column === undefined ? 'footer' : `column ${column}`} of segment ${segment.id}: its key was not given or is destroyed`,
      { segment: segment.id, ...(column === undefined ? {} : { column }) },
    );
  };
  const check = (metadata: Uint8Array | null, expected: Uint8Array, column: string | undefined): void => {
    if (metadata === null || !equalBytes(metadata, expected))
      throw damaged(segment, column, 'its key metadata was changed');
  };
  return {
    footer: (metadata) => {
      const handle = segment.footerHandle;
      check(metadata, formatKeyMetadata({ footer: true, masterKeyId: masterKeyId(FOOTER_DOMAIN), handle }), undefined);
      return find(handle, undefined);
    },
    column: (path, metadata) => {
      const column = segment.columns.find(({ name }) => path.length === 1 && path[0] === name);
      if (column === undefined)
        throw damaged(segment, path.join('.'), 'it has a column that the catalogue does not know');
      const { domain, handle, name } = column;
      check(metadata, formatKeyMetadata({ footer: false, masterKeyId: masterKeyId(domain), handle }), name);
      return find(handle, name);
    },
  };
}

function asDamage(error: unknown, segment: SealedObject): unknown {
  if (!(error instanceof StoreError)) {
    return hasCode(error, 'STORAGE_MISSING') ? damaged(segment, undefined, 'its object went away', error) : error;
  }
  switch (error.code) {
    case 'STORE_OPEN_FAILED':
    case 'STORE_PARQUET_INVALID':
    case 'STORE_PARQUET_LIMIT':
    case 'STORE_PREFIX_MISMATCH':
    case 'STORE_COLUMN_MISSING':
      return damaged(segment, error.column, 'its object is not what was sealed', error);
    default:
      return error;
  }
}

function damaged(segment: SealedObject, column: string | undefined, state: string, cause?: unknown): StoreError {
  const part = column === undefined ? '' : `column ${column} of `;
  return new StoreError('STORE_SEGMENT_DAMAGED', `Cannot open ${part}segment ${segment.id}: ${state}`, {
    segment: segment.id,
    ...(column === undefined ? {} : { column }),
    cause,
    hint: `Restore object ${segment.objectKey} from the newest backup`,
  });
}
