import { concatBytes, decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import { QueryError } from '../errors.ts';

/** A run of rows of a frozen result as a plain Parquet file of its own, of the store's form. */
export interface FrozenPiece extends PieceFacts {
  readonly plain: Uint8Array;
}

/** What is known of a piece without opening it. */
export interface PieceFacts {
  readonly columns: readonly StoredColumn[];
  readonly rows: number;
  /** Parts of the result that it has, whole each. */
  readonly parts: number;
  /** The smallest value of each column of times, in epoch microseconds; absent where it has none. */
  readonly least: Readonly<Record<string, number>>;
}

/** Where pieces are cut: after so many parts, or once the file has so many bytes. */
export interface PieceLimits {
  readonly parts: number;
  readonly bytes: number;
}

interface Header extends PieceFacts {
  readonly size: number;
}

const LENGTH_BYTES = 4;
/** Far above what the columns of a statement take. */
const MOST_HEADER = 4_194_304;
/** Far above where an encoder cuts; more would be no piece. */
const MOST_PIECE = 1_073_741_824;

/** A piece as it goes from the process that makes it: length of the header (4 bytes, little endian), header, file. */
export function encodePiece({ plain, ...facts }: FrozenPiece): Uint8Array {
  const header = encodeUtf8(JSON.stringify({ ...facts, size: plain.length } satisfies Header));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, header.length, true);
  return concatBytes([length, header, plain]);
}

/** Takes the bytes of pieces as they come, however they are cut, and hands each on once it is whole. */
export class FrozenPieces {
  readonly #take: (piece: FrozenPiece) => Promise<void>;
  #header: Header | null = null;
  #wanted = LENGTH_BYTES;
  #isLength = true;
  #buffer = new Uint8Array(LENGTH_BYTES);
  #filled = 0;

  /** @param take what was handed on is waited for before more bytes are taken */
  constructor(take: (piece: FrozenPiece) => Promise<void>) {
    this.#take = take;
  }

  /** @throws {QueryError} QUERY_FAILED where these are no pieces */
  async push(bytes: Uint8Array): Promise<void> {
    // Untrusted: whoever makes them reads hostile statements; what is made room for is bounded.
    let rest = bytes;
    while (rest.length > 0) {
      const part = rest.subarray(0, this.#wanted - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === this.#wanted) await this.#step();
    }
  }

  /** @throws {QueryError} QUERY_FAILED where the last piece is not whole */
  end(): void {
    if (this.#filled > 0 || !this.#isLength) throw broken();
  }

  async #step(): Promise<void> {
    const whole = this.#buffer;
    if (this.#isLength) {
      const length = new DataView(whole.buffer).getUint32(0, true);
      if (length === 0 || length > MOST_HEADER) throw broken();
      this.#expect(length, false);
      return;
    }
    if (this.#header === null) {
      const header = headerOf(whole);
      this.#header = header;
      this.#expect(header.size, false);
      return;
    }
    const { size: _, ...facts } = this.#header;
    this.#header = null;
    this.#expect(LENGTH_BYTES, true);
    await this.#take({ ...facts, plain: whole });
  }

  #expect(bytes: number, isLength: boolean): void {
    this.#wanted = bytes;
    this.#isLength = isLength;
    this.#buffer = new Uint8Array(bytes);
    this.#filled = 0;
  }
}

/** @throws {QueryError} QUERY_FAILED */
function headerOf(bytes: Uint8Array): Header {
  try {
    const header = JSON.parse(decodeUtf8(bytes)) as Header;
    const { columns, rows, parts, least, size } = header;
    const isSound =
      [rows, parts, size].every((count) => Number.isSafeInteger(count) && count >= 0) &&
      size > 0 &&
      size <= MOST_PIECE &&
      Array.isArray(columns) &&
      !Array.isArray(least) &&
      Object.values(least).every(Number.isSafeInteger);
    if (isSound) return header;
  } catch {
    // What is no text, no JSON or has no members is no header either.
  }
  throw broken();
}

function broken(): QueryError {
  return new QueryError('QUERY_FAILED', 'Cannot freeze the answer: what came of it are no whole pieces');
}
