import * as arrow from 'apache-arrow';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { concatBytes } from '#base/core/index.ts';
import type { ResultColumn, ResultEncoder, ResultNotes } from '../execute/result.ts';
import { columnData } from './arrow-data.ts';
import { arrowType } from './arrow-types.ts';

/**
 * An Arrow IPC stream: a schema, a record batch per chunk, an end. Purpose, class and unit stand in the metadata of
 * schema and fields under `weir.purpose`, `weir.class` and `weir.unit`.
 *
 * @see Apache Arrow columnar format, "IPC Streaming Format"
 */
export function arrowEncoder(columns: readonly ResultColumn[], notes: ResultNotes): ResultEncoder {
  const fields = columns.map(
    (column) => new arrow.Field(column.name, arrowType(column.type), true, fieldNotes(column)),
  );
  const schema = new arrow.Schema(fields, new Map(resultFacts(notes)));
  const writer = new CollectingWriter();
  return {
    begin: () => {
      writer.reset(undefined, schema);
      return writer.take();
    },
    chunk: (chunk) => {
      writer.write(recordBatch(schema, chunk));
      return writer.take();
    },
    end: () => {
      writer.finish();
      return writer.take();
    },
  };
}

/** What a result says of itself, as key-value metadata: its purpose, and the dataset that it is of. */
export function resultFacts({
  purpose,
  dataset,
  digest,
  privacy,
}: ResultNotes): readonly (readonly [string, string])[] {
  const facts = [
    ['weir.purpose', purpose],
    ['weir.dataset', dataset],
    ['weir.digest', digest],
    ['weir.privacy', privacy === undefined ? undefined : JSON.stringify(privacy)],
  ] as const;
  return facts.flatMap(([key, value]) => (value === null || value === undefined ? [] : [[key, value] as const]));
}

function recordBatch(schema: arrow.Schema, chunk: DuckDBDataChunk): arrow.RecordBatch {
  const rows = chunk.rowCount;
  const children = schema.fields.map(({ type }, at) =>
    columnData(type as arrow.DataType, chunk.getColumnVector(at), rows),
  );
  const type = new arrow.Struct(schema.fields);
  const data = arrow.makeData({ type, length: rows, nullCount: 0, children } as never);
  return new arrow.RecordBatch(schema, data as arrow.Data as arrow.Data<arrow.Struct>);
}

function fieldNotes({ notes }: ResultColumn): Map<string, string> {
  const facts = new Map<string, string>();
  if (notes.class !== null) facts.set('weir.class', notes.class);
  if (notes.unit !== null) facts.set('weir.unit', notes.unit);
  return facts;
}

/** Hands out what was written since the last time, where the library's own sink keeps all of it. */
class CollectingWriter extends arrow.RecordBatchStreamWriter {
  #parts: Uint8Array[] = [];

  take(): Uint8Array {
    const all = concatBytes(this.#parts);
    this.#parts = [];
    return all;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (chunk.byteLength > 0) {
      this.#parts.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      this._position += chunk.byteLength;
    }
    return this;
  }
}
