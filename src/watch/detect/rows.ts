import { medianOf } from '#learn/features/index.ts';
import { DetectError } from './errors.ts';

/**
 * A block of observations in order, row after row in one array. NaN is a missing value.
 *
 * A block is the unit of work: no object stands for a row or a value.
 */
export type Rows = {
  /** `count` × `width` values. */
  readonly values: Float64Array;
  /** Fields of a row, at least one. */
  readonly width: number;
  readonly count: number;
};

/**
 * A block over an array, which is not copied.
 *
 * @throws {DetectError} DETECT_SHAPE_MISMATCH if the array does not hold whole rows
 */
export function rowsOf(values: Float64Array, width: number): Rows {
  const count = values.length / width;
  if (!Number.isInteger(width) || width < 1 || !Number.isInteger(count)) {
    throw new DetectError('DETECT_SHAPE_MISMATCH', `Cannot take ${values.length} values as rows of ${width}`);
  }
  return { values, width, count };
}

/** Rows from one up to another, over the same array. */
export function sliceRows(rows: Rows, from: number, to: number): Rows {
  return rowsOf(rows.values.subarray(from * rows.width, to * rows.width), rows.width);
}

/** The named rows in their order, copied. */
export function pickRows({ values, width }: Rows, indices: Int32Array): Rows {
  const picked = new Float64Array(indices.length * width);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * width;
    picked.set(values.subarray(from, from + width), i * width);
  }
  return { values: picked, width, count: indices.length };
}

/** One field of all rows, copied. */
export function columnOf({ values, width, count }: Rows, field: number): Float64Array {
  const column = new Float64Array(count);
  for (let row = 0; row < count; row++) column[row] = values[row * width + field]!;
  return column;
}

/** The median of each field without its missing values; 0 where a field has none. */
export function columnMedians(rows: Rows): Float64Array {
  return Float64Array.from({ length: rows.width }, (_, field) => {
    const middle = medianOf(columnOf(rows, field));
    return Number.isNaN(middle) ? 0 : middle;
  });
}

/** The least and the greatest value of each field without its missing ones; 0 and 1 where it has none. */
export function rangesOf({ values, width, count }: Rows): readonly [Float64Array, Float64Array] {
  const least = new Float64Array(width).fill(Infinity);
  const greatest = new Float64Array(width).fill(-Infinity);
  for (let i = 0; i < count * width; i++) {
    const value = values[i]!;
    if (value < least[i % width]!) least[i % width] = value;
    if (value > greatest[i % width]!) greatest[i % width] = value;
  }
  for (let field = 0; field < width; field++) {
    if (least[field]! > greatest[field]!) [least[field], greatest[field]] = [0, 1];
  }
  return [least, greatest];
}

/** Beyond this a square would leave the range of doubles: such values are taken as missing. */
const GREATEST = 1e100;

/**
 * The block with infinite and absurdly large values made missing, and, where `typical` is given, missing ones replaced
 * by their field's typical value. The same block if nothing had to change.
 */
export function tameRows(rows: Rows, typical?: Float64Array): Rows {
  const { values, width } = rows;
  let tamed = values;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Math.abs(value) <= GREATEST || (value !== value && typical === undefined)) continue;
    if (tamed === values) tamed = values.slice();
    tamed[i] = typical === undefined ? NaN : typical[i % width]!;
  }
  return tamed === values ? rows : { ...rows, values: tamed };
}
