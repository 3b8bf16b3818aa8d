import type { DuckDBDataChunk } from '@duckdb/node-api';
import { concatBytes } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { factsOf, MemorySink, ParquetEncoder } from '#flow/store/index.ts';
import type { StoredColumn } from '#flow/store/index.ts';
import type { ResultColumn, ResultEncoder } from '../execute/result.ts';
import { ColumnPart, PART_ROWS, storedColumns } from './column-part.ts';
import { contentDigestOf } from './frozen-content.ts';
import type { FrozenContent } from './frozen-content.ts';
import { encodePiece } from './frozen-piece.ts';
import type { PieceLimits } from './frozen-piece.ts';
import { digestOfRows } from './part-digest.ts';

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
 * Writes a result as pieces, each a plain Parquet file of the store's own form, and commits to it part by part. Its
 * columns have the types that fields can have. Where pieces are cut changes nothing of what the result is named by.
 */
export class FrozenEncoder implements ResultEncoder {
  readonly #columns: readonly StoredColumn[];
  readonly #limits: PieceLimits;
  readonly #digests: string[] = [];
  #part: ColumnPart;
  #piece: PieceWriter;
  #rows = 0;
  #hasPieces = false;
  #content: FrozenContent | null = null;

  constructor(columns: readonly ResultColumn[], limits: PieceLimits = PIECE_LIMITS) {
    this.#columns = storedColumns(columns);
    this.#limits = limits;
    this.#part = new ColumnPart(this.#columns);
    this.#piece = new PieceWriter(this.#columns);
  }

  /** @throws {TypeError} before `end` */
  get content(): FrozenContent {
    if (this.#content === null) throw new TypeError('a result is frozen once it has ended');
    return this.#content;
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
    const last = this.#piece.parts > 0 || !this.#hasPieces ? this.#closePiece() : new Uint8Array();
    const content = { columns: this.#columns, rows: this.#rows, partRows: PART_ROWS, parts: this.#digests };
    this.#content = { ...content, digest: contentDigestOf(content) };
    return last;
  }

  #closePart(): void {
    const batch = this.#part.batch();
    this.#digests.push(digestOfRows(this.#columns, batch, 0, batch.rows));
    this.#piece.add(batch);
    this.#rows += batch.rows;
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
  readonly #least = new Map<string, number>();
  #rows = 0;
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
    this.#rows += batch.rows;
    this.parts += 1;
    for (const { name, data } of batch.columns) {
      if (data.type !== 'time') continue;
      let least = this.#least.get(name) ?? Infinity;
      for (let row = 0; row < batch.rows; row++) {
        if (data.nulls?.[row] !== 1 && data.values[row]! < least) least = data.values[row]!;
      }
      if (least < Infinity) this.#least.set(name, least);
    }
  }

  end(): Uint8Array {
    this.#file.end();
    const least = Object.fromEntries(this.#least);
    return encodePiece({
      columns: this.#columns,
      rows: this.#rows,
      parts: this.parts,
      least,
      plain: this.#sink.bytes(),
    });
  }
}
