import { StoreError } from '../errors.ts';
import type { ByteRange } from './footer.ts';

/** Random access to a file of known size. */
export interface RangeReader {
  readonly size: number;
  /** The bytes [start, end). */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A file in memory as a source. */
export function memoryReader(file: Uint8Array): RangeReader {
  return { size: file.length, read: (start, end) => Promise.resolve(file.subarray(start, end)) };
}

/**
 * Counts what is read, and refuses a source that gives less than was asked for. What it read first, the end of the
 * file, is not read again: small files lie within it.
 */
export class CountingReader implements RangeReader {
  readonly #source: RangeReader;
  #bytesRead = 0;
  #reads = 0;
  #held: { readonly start: number; readonly data: Uint8Array } | null = null;

  constructor(source: RangeReader) {
    this.#source = source;
  }

  get size(): number {
    return this.#source.size;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get reads(): number {
    return this.#reads;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const held = this.#held;
    if (held !== null && start >= held.start && end <= held.start + held.data.length) {
      return held.data.subarray(start - held.start, end - held.start);
    }
    const data = await this.#source.read(start, end);
    if (data.length !== end - start) {
      throw new StoreError(
        'STORE_PARQUET_INVALID',
        `Cannot read Parquet file: ${data.length} of ${end - start} bytes came`,
      );
    }
    this.#bytesRead += data.length;
    this.#reads += 1;
    this.#held ??= { start, data };
    return data;
  }
}

/**
 * Joins ranges that touch or lie less than `gap` bytes apart, up to `limit` bytes per read.
 *
 * @param ranges in ascending order of start
 */
export function planReads(ranges: readonly ByteRange[], gap: number, limit: number): readonly ByteRange[] {
  const reads: { start: number; end: number }[] = [];
  for (const range of ranges) {
    const last = reads.at(-1);
    if (
      last !== undefined &&
      range.start >= last.start &&
      range.start - last.end <= gap &&
      range.end - last.start <= limit
    ) {
      last.end = Math.max(last.end, range.end);
    } else reads.push({ start: range.start, end: range.end });
  }
  return reads;
}
