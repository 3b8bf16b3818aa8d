import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { ZstdOptions } from 'node:zlib';
import { parquetInvalid } from '../errors.ts';

/** No page of this room's files is larger than this when decompressed; a row of text is bounded on entry. */
export const MAX_PAGE_BYTES = 256 * 1_048_576;

/** A page that is smaller than this is decompressed before another thread would have begun. */
const WORTH_A_THREAD = 32_768;

const inflate: (stored: Uint8Array, options: ZstdOptions) => Promise<Uint8Array> = promisify(zstdDecompress);

/**
 * Decompresses a page, on another thread where it is long.
 *
 * @param stored zstd
 * @param length bytes of the page as its header states it
 * @throws {StoreError} STORE_PARQUET_INVALID if it is none, or has another length
 */
export async function inflatePage(stored: Uint8Array, length: number): Promise<Uint8Array> {
  if (length > MAX_PAGE_BYTES) throw parquetInvalid('a page is too long');
  const options = { chunkSize: Math.max(length, 64), maxOutputLength: Math.max(length, 1) };
  let page: Uint8Array;
  try {
    page = length < WORTH_A_THREAD ? zstdDecompressSync(stored, options) : await inflate(stored, options);
  } catch (cause) {
    throw parquetInvalid('a page does not decompress', cause);
  }
  if (page.length !== length) throw parquetInvalid('a page decompresses to another size than it states');
  return page;
}
