import { FIELD_TYPES } from '#base/core/index.ts';
import type { Batch, Column, NamedColumn } from '#base/core/index.ts';
import { invalid } from './byte-reader.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

// How the values of a column are laid out; docs/formats/journal.md has the table.
const LAYOUT_PLAIN = 0;
const LAYOUT_CONSTANT = 1;
const LAYOUT_ABSENT = 2;

const NULLS_NONE = 0;
const NULLS_BYTES = 1;

/** Writes a batch: stream, template digest, rows, then each column by itself. */
export function encodeBatch(out: ByteWriter, batch: Batch): void {
  out.shortText(batch.stream);
  out.shortText(batch.template);
  out.u32(batch.rows);
  out.u16(batch.columns.length);
  for (const column of batch.columns) {
    out.shortText(column.name);
    encodeColumn(out, column.data, batch.rows);
  }
}

function encodeColumn(out: ByteWriter, column: Column, rows: number): void {
  out.u8(FIELD_TYPES.indexOf(column.type));
  const nulls = column.nulls;
  if (nulls !== null && allNull(nulls, rows)) {
    out.u8(LAYOUT_ABSENT);
    return;
  }
  const values = column.type === 'text' ? column.codes : column.values;
  const constant = nulls === null && rows > 0 && isConstant(values, rows);
  out.u8(constant ? LAYOUT_CONSTANT : LAYOUT_PLAIN);
  out.u8(nulls === null ? NULLS_NONE : NULLS_BYTES);
  if (nulls !== null) out.raw(nulls.subarray(0, rows));
  const kept = constant ? 1 : rows;
  if (column.type === 'text') {
    encodeDictionary(out, column.dictionary);
    encodeCodes(out, column.codes.subarray(0, kept), column.dictionary.length);
  } else {
    out.array(column.values.subarray(0, kept));
  }
}

function encodeDictionary(out: ByteWriter, dictionary: readonly string[]): void {
  out.u32(dictionary.length);
  for (const text of dictionary) out.longText(text);
}

function encodeCodes(out: ByteWriter, codes: Uint32Array, size: number): void {
  if (size <= 0x100) out.array(Uint8Array.from(codes));
  else if (size <= 0x1_0000) out.array(Uint16Array.from(codes));
  else out.array(codes);
}

function allNull(nulls: Uint8Array, rows: number): boolean {
  if (rows === 0) return false;
  for (let i = 0; i < rows; i++) if (nulls[i] === 0) return false;
  return true;
}

function isConstant(values: Float64Array | Uint32Array | Uint8Array, rows: number): boolean {
  const first = values[0]!;
  for (let i = 1; i < rows; i++) if (!Object.is(values[i], first)) return false;
  return true;
}

/** @throws {JournalError} JOURNAL_RECORD_INVALID unless the bytes are one whole batch */
export function decodeBatch(input: ByteReader): Batch {
  const stream = input.shortText();
  const template = input.shortText();
  const rows = input.u32();
  const columns: NamedColumn[] = [];
  const count = input.u16();
  for (let i = 0; i < count; i++) columns.push({ name: input.shortText(), data: decodeColumn(input, rows) });
  return { stream, template, rows, columns };
}

function decodeColumn(input: ByteReader, rows: number): Column {
  const type = FIELD_TYPES[input.u8()];
  if (type === undefined) throw invalid('a column has an unknown type');
  const layout = input.u8();
  if (layout > LAYOUT_ABSENT) throw invalid('a column has an unknown layout');
  if (layout === LAYOUT_ABSENT) return absentColumn(type, rows);
  const nulls = input.u8() === NULLS_NONE ? null : input.raw(rows);
  if (type === 'text') {
    const dictionary: string[] = [];
    const size = input.count(4);
    for (let i = 0; i < size; i++) dictionary.push(input.longText());
    return { type, codes: decodeCodes(input, layout, rows, size), dictionary, nulls };
  }
  if (type === 'boolean') {
    const values = layout === LAYOUT_CONSTANT ? new Uint8Array(bounded(rows)).fill(input.u8()) : input.raw(rows);
    return { type, values, nulls };
  }
  if (layout === LAYOUT_CONSTANT) return { type, values: new Float64Array(bounded(rows)).fill(input.f64()), nulls };
  return { type, values: new Float64Array(input.raw(rows * 8).buffer), nulls };
}

function decodeCodes(input: ByteReader, layout: number, rows: number, size: number): Uint32Array {
  const kept = layout === LAYOUT_CONSTANT ? 1 : rows;
  const width = size <= 0x100 ? 1 : size <= 0x1_0000 ? 2 : 4;
  const raw = input.raw(kept * width);
  const narrow = width === 1 ? raw : width === 2 ? new Uint16Array(raw.buffer) : new Uint32Array(raw.buffer);
  const codes = layout === LAYOUT_CONSTANT ? new Uint32Array(bounded(rows)).fill(narrow[0]!) : Uint32Array.from(narrow);
  // A null row holds code 0, which an empty dictionary does not have.
  for (let i = 0; i < codes.length; i++) {
    if (codes[i]! >= size && !(size === 0 && codes[i] === 0)) throw invalid('a text has no entry in its dictionary');
  }
  return codes;
}

function absentColumn(type: Column['type'], rows: number): Column {
  const nulls = new Uint8Array(bounded(rows)).fill(1);
  if (type === 'text') return { type, codes: new Uint32Array(rows), dictionary: [], nulls };
  if (type === 'boolean') return { type, values: new Uint8Array(rows), nulls };
  return { type, values: new Float64Array(rows), nulls };
}

/** Most rows that one batch may have: constant columns take no bytes, so the bytes alone bound nothing. */
export const BATCH_ROWS_LIMIT = 1_048_576;

function bounded(rows: number): number {
  if (rows > BATCH_ROWS_LIMIT) throw invalid(`it claims ${rows} rows, more than ${BATCH_ROWS_LIMIT}`);
  return rows;
}
