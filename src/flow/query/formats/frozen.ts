import type { DuckDBDataChunk } from '@duckdb/node-api';
import { concatBytes } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { factsOf, MemorySink, ParquetEncoder } from '#flow/store/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import type { ResultColumn, ResultEncoder } from '../execute/result.ts';
import { ColumnPart, storedColumns } from './column-part.ts';
import { encodePiece } from './frozen-piece.ts';
import type { PieceLimits } from './frozen-piece.ts';

/** A million rows, or 32 MiB: what is held of a result at once, wherever it is made, sealed or opened. */
export const PIECE_LIMITS: PieceLimits = { parts: 16, bytes: 33_554_432 };

/** What each type of the engine is cast to; absent for types that datasets do not have. */
export function frozenTypeOf(type: string): string | null {
  if (/^(DOUBLE|FLOAT|REAL|DECIMAL\(.*\))$/.test(type)) return 'DOUBLE';
  if (/^(BIGINT|INTEGER|SMALLINT|TINYINT|UINTEGER|USMALLINT|UTINYINT|UBIGINT|HUGEINT)$/.test(type)) return 'BIGINT';
  if (/^(VARCHAR|UUID|ENUM\(.*\))$/.test(type)) return 'VARCHAR';
  if (/^(TIMESTAMP WITH TIME ZONE|TIMESTAMP|DATE|TIMESTAMP_S|TIMESTAMP_MS)$/.test(type)) {
    return 'TIMESTAMP WITH TIME ZONE';
  }
  return type === 'BOOLEAN' ? 'BOOLEAN' : null;
}

/**
 * Writes a result as pieces, each a plain Parquet file of the store's own form with a row group for each part. Its columns
 * have the types that fields can have. Who keeps the pieces commits to what is in them.
 */
export class FrozenEncoder implements ResultEncoder {
  readonly #columns: readonly StoredColumn[];
  readonly #limits: PieceLimits;
  #part: ColumnPart;
  #piece: PieceWriter;
  #hasPieces = false;

  constructor(columns: readonly ResultColumn[], limits: PieceLimits = PIECE_LIMITS) {
    this.#columns = storedColumns(columns);
    this.#limits = limits;
    this.#part = new ColumnPart(this.#columns);
    this.#piece = new PieceWriter(this.#columns);
  }

  begin(): Uint8Array {
    return new Uint8Array();
  }

  chunk(chunk: DuckDBDataChunk): Uint8Array {
    const vectors = Array.from({ length: chunk.columnCount }, (_, at) => chunk.getColumnVector(at));
    const pieces: Uint8Array[] = [];
    for (let row = 0; row < chunk.rowCount;) {
      const to = Math.min(chunk.rowCount, row + this.#part.room);
      this.#part.add(vectors, row, to);
      row = to;
      if (this.#part.room > 0) continue;
      this.#closePart();
      if (this.#piece.parts < this.#limits.parts && this.#piece.bytes < this.#limits.bytes) continue;
      pieces.push(this.#closePiece());
    }
    return concatBytes(pieces);
  }

  end(): Uint8Array {
    if (this.#part.rows > 0) this.#closePart();
    // A result without rows is a piece without rows: its columns are in it.
    return this.#piece.parts > 0 || !this.#hasPieces ? this.#closePiece() : new Uint8Array();
  }

  #closePart(): void {
    this.#piece.add(this.#part.batch());
    this.#part = new ColumnPart(this.#columns);
  }

  #closePiece(): Uint8Array {
    const piece = this.#piece.end();
    this.#hasPieces = true;
    this.#piece = new PieceWriter(this.#columns);
    return piece;
  }
}

/** One piece on its way: row groups are encoded as they come. */
class PieceWriter {
  readonly #columns: readonly StoredColumn[];
  readonly #sink = new MemorySink();
  readonly #file: ParquetEncoder;
  parts = 0;

  constructor(columns: readonly StoredColumn[]) {
    this.#columns = columns;
    this.#file = new ParquetEncoder(columns, this.#sink, { facts: factsOf(columns) });
  }

  get bytes(): number {
    return this.#sink.length;
  }

  add(batch: Batch): void {
    this.#file.batch(batch);
    this.parts += 1;
  }

  end(): Uint8Array {
    this.#file.end();
    return encodePiece({ columns: this.#columns, plain: this.#sink.bytes() });
  }
}
