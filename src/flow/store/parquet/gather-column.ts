import type { Batch, Column, ColumnShape } from '#base/core/index.ts';

/** The rows of a batch that fall into a row group. */
export interface Slice {
  readonly batch: Batch;
  readonly from: number;
  readonly to: number;
}

/** A column of one row group in one piece; `values` and `codes` still have a place for each null. */
export type Gathered =
  | { readonly kind: 'numbers'; readonly values: Float64Array; readonly nulls: Uint8Array | null }
  | { readonly kind: 'booleans'; readonly values: Uint8Array; readonly nulls: Uint8Array | null }
  | {
      readonly kind: 'texts';
      readonly codes: Uint32Array;
      readonly dictionary: readonly string[];
      readonly nulls: Uint8Array | null;
    };

/**
 * Puts the slices of one column one after the other. A batch that lacks the column counts as null throughout:
 * its template did not declare it yet.
 *
 * @throws {TypeError} if a batch holds another type, or a null where the shape allows none
 */
export function gatherColumn(shape: ColumnShape, slices: readonly Slice[], rows: number): Gathered {
  const parts = slices.map((slice) => ({ ...slice, column: columnOf(slice.batch, shape) }));
  const nulls = gatherNulls(shape, parts, rows);
  if (shape.type === 'text') return gatherTexts(parts, rows, nulls);
  if (shape.type === 'boolean') {
    const values = new Uint8Array(rows);
    place(parts, (column, from, to, at) => {
      if (column.type === 'boolean') values.set(column.values.subarray(from, to), at);
    });
    return { kind: 'booleans', values, nulls };
  }
  const values = new Float64Array(rows);
  place(parts, (column, from, to, at) => {
    if (column.type !== 'text' && column.type !== 'boolean') values.set(column.values.subarray(from, to), at);
  });
  return { kind: 'numbers', values, nulls };
}

interface Part extends Slice {
  readonly column: Column | null;
}

function columnOf(batch: Batch, shape: ColumnShape): Column | null {
  const found = batch.columns.find((column) => column.name === shape.name)?.data ?? null;
  if (found !== null && found.type !== shape.type) {
    throw new TypeError(`column ${shape.name} of a batch is ${found.type}, not ${shape.type}`);
  }
  return found;
}

function place(parts: readonly Part[], put: (column: Column, from: number, to: number, at: number) => void): void {
  let at = 0;
  for (const { column, from, to } of parts) {
    if (column !== null) put(column, from, to, at);
    at += to - from;
  }
}

function gatherNulls(shape: ColumnShape, parts: readonly Part[], rows: number): Uint8Array | null {
  if (parts.every(({ column }) => column !== null && column.nulls === null)) return null;
  const nulls = new Uint8Array(rows);
  let at = 0;
  let any = false;
  for (const { column, from, to } of parts) {
    if (column === null) nulls.fill(1, at, at + to - from);
    else if (column.nulls !== null) nulls.set(column.nulls.subarray(from, to), at);
    at += to - from;
  }
  any = nulls.includes(1);
  if (any && !shape.nullable) throw new TypeError(`column ${shape.name} may not be null and a row of it is`);
  return any ? nulls : null;
}

/** One dictionary of the texts that are used, in the order of their first use. */
function gatherTexts(parts: readonly Part[], rows: number, nulls: Uint8Array | null): Gathered {
  const codes = new Uint32Array(rows);
  const dictionary: string[] = [];
  const known = new Map<string, number>();
  place(parts, (column, from, to, start) => {
    if (column.type !== 'text') return;
    const remap = new Int32Array(column.dictionary.length).fill(-1);
    for (let row = from, at = start; row < to; row += 1, at += 1) {
      if (nulls !== null && nulls[at] === 1) continue;
      const code = column.codes[row]!;
      let mapped = remap[code];
      if (mapped === undefined) throw new TypeError('a text code lies outside its dictionary');
      if (mapped < 0) {
        const value = column.dictionary[code]!;
        mapped = known.get(value) ?? dictionary.length;
        if (mapped === dictionary.length) {
          known.set(value, mapped);
          dictionary.push(value);
        }
        remap[code] = mapped;
      }
      codes[at] = mapped;
    }
  });
  return { kind: 'texts', codes, dictionary, nulls };
}
