import type { DuckDBDataChunk } from '@duckdb/node-api';
import { Sha256 } from '#base/crypto/index.ts';
import { plainText } from './values.ts';

/** Values of a row as texts, as CSV has them; null where there is none. */
export type RowTexts = readonly (string | null)[];

/**
 * The canonical digest of a result: SHA-256 over its rows in order, each the JSON array of its values as texts and a
 * line feed. It is the same whatever format the rows are sent in, and needs nothing but a JSON printer to be made again.
 *
 * @see docs/formats/receipt.md
 */
export class ResultDigest {
  readonly #hash = new Sha256();
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  chunk(chunk: DuckDBDataChunk): void {
    const vectors = Array.from({ length: chunk.columnCount }, (_, at) => chunk.getColumnVector(at));
    for (let i = 0; i < chunk.rowCount; i++) this.row(vectors.map((vector) => plainText(vector.getItem(i))));
  }

  row(texts: RowTexts): void {
    this.#hash.update(`${JSON.stringify(texts.map((text) => text?.toWellFormed() ?? null))}\n`);
    this.#rows += 1;
  }

  /** Hex; nothing can be added afterwards. */
  hex(): string {
    return this.#hash.hex();
  }
}
