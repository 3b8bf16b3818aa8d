import { concatBytes, decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { ColumnShape, FieldType } from '#base/core/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import { QueryError } from '../errors.ts';

/** A run of rows of a frozen result as a plain Parquet file of its own, of the store's form, as a query process makes it. */
export interface MadePiece {
  readonly plain: Uint8Array;
  readonly columns: readonly ColumnShape[];
}

/** A piece as it is kept, and what was found in it. */
export interface FrozenPiece {
  readonly plain: Uint8Array;
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

interface Header {
  readonly columns: readonly ColumnShape[];
  readonly size: number;
}

/** Keys of columns go by their names, and dots would join them. */
export const FROZEN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const FROZEN_TYPES: readonly FieldType[] = ['number', 'integer', 'boolean', 'text', 'time'];

const LENGTH_BYTES = 4;
/** Far above what the columns of a statement take. */
const MOST_HEADER = 4_194_304;
/** Far above where an encoder cuts; more would be no piece. */
const MOST_PIECE = 1_073_741_824;

/** A piece as it goes from the process that makes it: length of the header (4 bytes, little endian), header, file. */
export function encodePiece({ plain, columns }: MadePiece): Uint8Array {
  const shapes = columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  const header = encodeUtf8(JSON.stringify({ columns: shapes, size: plain.length } satisfies Header));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, header.length, true);
  return concatBytes([length, header, plain]);
}

/** Takes the bytes of pieces as they come, however they are cut, and hands each on once it is whole. */
export class FrozenPieces {
  readonly #take: (piece: MadePiece) => Promise<void>;
  #header: Header | null = null;
  #wanted = LENGTH_BYTES;
  #isLength = true;
  #buffer = new Uint8Array(LENGTH_BYTES);
  #filled = 0;

  /** @param take what was handed on is waited for before more bytes are taken */
  constructor(take: (piece: MadePiece) => Promise<void>) {
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
    const { columns } = this.#header;
    this.#header = null;
    this.#expect(LENGTH_BYTES, true);
    await this.#take({ columns, plain: whole });
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
    const { columns, size } = JSON.parse(decodeUtf8(bytes)) as Header;
    const isSound =
      Number.isSafeInteger(size) &&
      size > 0 &&
      size <= MOST_PIECE &&
      Array.isArray(columns) &&
      columns.length > 0 &&
      columns.every(isShape) &&
      new Set(columns.map(({ name }) => name.toLowerCase())).size === columns.length;
    if (isSound) return { columns: columns.map(({ name, type }) => ({ name, type, nullable: true })), size };
  } catch {
    // What is no text, no JSON or has no members is no header either.
  }
  throw broken();
}

function isShape(column: unknown): boolean {
  const { name, type } = (column ?? {}) as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && FROZEN_NAME.test(name) && FROZEN_TYPES.some((known) => known === type);
}

function broken(): QueryError {
  return new QueryError('QUERY_FAILED', 'Cannot freeze the answer: what came of it are no whole pieces');
}
