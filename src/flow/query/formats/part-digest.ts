import { formatMicros, micros } from '#base/core/index.ts';
import type { Batch, Column, ColumnShape } from '#base/core/index.ts';
import { Sha256 } from '#base/crypto/index.ts';

/** Rows whose text is made at a time. */
const STEP = 1_024;

/**
 * The canonical digest of rows of a batch, as `ResultDigest` makes it of the rows of an answer.
 *
 * @param from first row
 * @param to first row that is not among them
 * @returns hex
 * @throws {TypeError} where the batch lacks a column or has it of another type
 */
export function digestOfRows(columns: readonly ColumnShape[], batch: Batch, from: number, to: number): string {
  const texts = columns.map((column) => textsOf(column, batch));
  const hash = new Sha256();
  for (let start = from; start < to; start += STEP) {
    let lines = '';
    for (let row = start; row < Math.min(start + STEP, to); row++) {
      lines += '[';
      for (let at = 0; at < texts.length; at++) lines += at === 0 ? texts[at]!(row) : `,${texts[at]!(row)}`;
      lines += ']\n';
    }
    hash.update(lines);
  }
  return hash.hex();
}

/** The text of a value as a JSON string, or `null`. */
function textsOf({ name, type }: ColumnShape, batch: Batch): (row: number) => string {
  const data = batch.columns.find((column) => column.name === name)?.data;
  if (data === undefined || data.type !== type) throw new TypeError(`a dataset has its column ${name}`);
  const plain = textOf(data);
  const { nulls } = data;
  return nulls === null ? plain : (row) => (nulls[row] === 1 ? 'null' : plain(row));
}

function textOf(data: Column): (row: number) => string {
  switch (data.type) {
    case 'text': {
      const quoted = data.dictionary.map((text) => JSON.stringify(text.toWellFormed()));
      return (row) => quoted[data.codes[row] ?? 0] ?? '""';
    }
    case 'boolean':
      return (row) => (data.values[row] === 1 ? '"true"' : '"false"');
    case 'time':
      return (row) => `"${formatMicros(micros(data.values[row] ?? 0))}"`;
    default:
      return (row) => `"${data.values[row] ?? 0}"`;
  }
}
