import { open } from 'node:fs/promises';
import { hasCode, PlatformError } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { fixedKeys, ForwardingSink, openParquet } from '#flow/store/index.ts';
import type { RangeReader } from '#flow/store/index.ts';
import { QueryError } from '../errors.ts';
import { wholesOf } from './grid-column.ts';
import type { OpenSegment } from './segment-files.ts';

/** Ranges of a sealed file less apart than this are read at once. */
const GAP_BYTES = 65_536;

/**
 * Opens columns of a sealed segment that is a file: only the wanted columns are read, under the keys handed over.
 *
 * @throws {StoreError} STORE_KEY_MISSING
 * @throws {QueryError} QUERY_SEGMENT_DAMAGED where the file is not what was sealed, or is not there;
 *   QUERY_SEGMENT_MISMATCH if it holds another number of rows than the plan says
 */
export const openSegmentFile: OpenSegment = async (wanted, keys, write) => {
  const { segment } = wanted;
  try {
    return await openColumns(wanted, keys, write);
  } catch (cause) {
    if (cause instanceof QueryError || hasCode(cause, 'STORE_KEY_MISSING')) throw cause;
    // Node's own messages name paths, which are nobody's business but the operator's.
    const why = cause instanceof PlatformError ? cause.message : 'its file cannot be read';
    throw new QueryError('QUERY_SEGMENT_DAMAGED', `Cannot open segment ${segment.id}: ${why}`, { cause });
  }
};

const openColumns: OpenSegment = async ({ segment, columns, values, grids }, held, write) => {
  await using file = await open(segment.path, 'r');
  const { size } = await file.stat();
  const source: RangeReader = {
    size,
    read: async (start, end) => {
      const buffer = Buffer.allocUnsafe(end - start);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
      return new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead);
    },
  };
  const keys = fixedKeys(
    AeadKey.fromBytes(held.footer),
    new Map([...held.columns].map(([name, key]) => [name, AeadKey.fromBytes(key)])),
  );
  const others = { ...(values && { values }), ...(grids && { wholes: wholesOf(grids) }) };
  const wanted = columns.map((name) => [name]);
  const options = { aadPrefix: segment.aadPrefix, columns: wanted, gapBytes: GAP_BYTES, ...others };
  const opened = await openParquet(source, keys, options, new ForwardingSink(write));
  if (opened.rows !== segment.rows) {
    throw new QueryError('QUERY_SEGMENT_MISMATCH', `Cannot open segment ${segment.id}: it has another number of rows`);
  }
  return { bytesRead: opened.bytesRead };
};
