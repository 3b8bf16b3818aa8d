import type { DuckDBDataChunk } from '@duckdb/node-api';
import { concatBytes } from '#base/core/index.ts';
import { ForwardingSink, ParquetEncoder } from '#flow/store/index.ts';
import type { ResultColumn, ResultEncoder, ResultNotes } from '../execute/result.ts';
import { resultFacts } from './arrow.ts';
import { ColumnPart, storedColumns } from './column-part.ts';

/**
 * A Parquet file written as its rows come, a row group of 65,536 after the other, for what is answered in parts: the
 * engine's own writer would hold all of it. Columns have the types that fields can have.
 */
export function parquetEncoder(columns: readonly ResultColumn[], notes: ResultNotes): ResultEncoder {
  const stored = storedColumns(columns);
  const facts = [
    ...resultFacts({ ...notes, purpose: notes.purpose ?? '' }),
    ['weir.columns', JSON.stringify(columns.map(({ name, notes: { class: cls, unit } }) => ({ name, class: cls, unit })))], // prettier-ignore
  ] as const;
  const ready: Uint8Array[] = [];
  const file = new ParquetEncoder(stored, new ForwardingSink((part) => ready.push(part)), { facts: new Map(facts) });
  let part = new ColumnPart(stored);
  const take = (): Uint8Array => concatBytes(ready.splice(0));
  return {
    begin: take,
    chunk: (chunk: DuckDBDataChunk) => {
      const vectors = Array.from({ length: chunk.columnCount }, (_, at) => chunk.getColumnVector(at));
      for (let row = 0; row < chunk.rowCount;) {
        const to = Math.min(chunk.rowCount, row + part.room);
        part.add(vectors, row, to);
        row = to;
        if (part.room > 0) continue;
        file.batch(part.batch());
        part = new ColumnPart(stored);
      }
      return take();
    },
    end: () => {
      if (part.rows > 0) file.batch(part.batch());
      file.end();
      return take();
    },
  };
}
