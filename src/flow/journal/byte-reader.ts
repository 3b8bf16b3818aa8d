import { decodeUtf8, hasCode } from '#base/core/index.ts';
import type { TextPool } from './text-pool.ts';
import { JournalError } from './errors.ts';

/**
 * Reads what `ByteWriter` wrote. Every read is bounded by the bytes that are there.
 *
 * @throws {JournalError} JOURNAL_RECORD_INVALID past the end, from each method
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #texts: TextPool | null;
  #at = 0;

  /** @param texts what was decoded before, where some of it is likely to come again */
  constructor(bytes: Uint8Array, texts: TextPool | null = null) {
    this.#texts = texts;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A copy that does not keep the record's memory alive. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(at, at + length));
    return copy;
  }

  shortText(): string {
    return this.#text(this.u16());
  }

  longText(): string {
    return this.#text(this.u32());
  }

  longBytes(): Uint8Array {
    return this.raw(this.u32());
  }

  /** A count of things that take at least `each` bytes, so that no count asks for more memory than the record has. */
  count(each: number): number {
    const count = this.u32();
    if (count * each > this.left) throw invalid(`it counts ${count} things in ${this.left} bytes`);
    return count;
  }

  end(): void {
    if (this.left !== 0) throw invalid(`${this.left} bytes follow its end`);
  }

  #text(length: number): string {
    const at = this.#take(length);
    try {
      if (this.#texts !== null) return this.#texts.decode(this.#bytes, at, length);
      return decodeUtf8(this.#bytes.subarray(at, at + length));
    } catch (error) {
      if (hasCode(error, 'CORE_BYTES_INVALID')) throw invalid('a text in it is not UTF-8');
      throw error;
    }
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw invalid(`it ends ${length - this.left} bytes early`);
    this.#at = at + length;
    return at;
  }
}

/** The error for a record that authenticates and yet does not decode: of another version, or a fault of ours. */
export function invalid(why: string): JournalError {
  return new JournalError('JOURNAL_RECORD_INVALID', `Cannot decode journal record: ${why}`);
}
