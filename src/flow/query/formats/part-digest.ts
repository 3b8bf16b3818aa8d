import type { Batch, ColumnShape } from '#base/core/index.ts';
import { Sha256 } from '#base/crypto/index.ts';
import { booleanWriter, integerWriter, numberWriter, orNull, textWriter, timeWriter } from './row-bytes.ts';
import type { ValueWriter } from './row-bytes.ts';

/** Bytes of rows that are hashed at a time. */
const HASHED = 65_536;
const COMMA = 0x2c;
const [OPEN, CLOSE, LINE_FEED] = [0x5b, 0x5d, 0x0a];
/** Brackets and line feed of a row. */
const FRAME = 3;

/**
 * The canonical digest of rows of a batch, as `ResultDigest` makes it of the rows of an answer. Rows are written as bytes
 * into one buffer, column by column from their arrays: no text is made per value.
 *
 * @param from first row
 * @param to first row that is not among them
 * @returns hex
 * @throws {TypeError} where the batch lacks a column or has it of another type
 */
export function digestOfRows(columns: readonly ColumnShape[], batch: Batch, from: number, to: number): string {
  const writers = columns.map((column) => writerOf(column, batch));
  const widest = writers.reduce((sum, writer) => sum + writer.widest + 1, FRAME);
  const out = new Uint8Array(Math.max(HASHED, widest));
  const hash = new Sha256();
  let at = 0;
  for (let row = from; row < to; row++) {
    if (out.length - at < widest) {
      hash.update(out.subarray(0, at));
      at = 0;
    }
    out[at++] = OPEN;
    for (let column = 0; column < writers.length; column++) {
      if (column > 0) out[at++] = COMMA;
      at = writers[column]!.write(out, at, row);
    }
    out[at++] = CLOSE;
    out[at++] = LINE_FEED;
  }
  hash.update(out.subarray(0, at));
  return hash.hex();
}

/** The text of a value as a JSON string, or `null`. */
function writerOf({ name, type }: ColumnShape, batch: Batch): ValueWriter {
  const data = batch.columns.find((column) => column.name === name)?.data;
  if (data === undefined || data.type !== type) throw new TypeError(`a dataset has its column ${name}`);
  const { nulls } = data;
  const plain = plainWriter(data);
  return nulls === null ? plain : orNull(plain, nulls);
}

function plainWriter(data: Batch['columns'][number]['data']): ValueWriter {
  switch (data.type) {
    case 'text':
      return textWriter(data.codes, data.dictionary);
    case 'boolean':
      return booleanWriter(data.values);
    case 'time':
      return timeWriter(data.values);
    case 'integer':
      return integerWriter(data.values);
    case 'number':
      return numberWriter(data.values);
  }
}
