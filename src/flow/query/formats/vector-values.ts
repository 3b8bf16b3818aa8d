import type { DuckDBVector } from '@duckdb/node-api';

/**
 * Values of the engine's vectors as whole arrays. The library hands values out one by one, as objects where they are times;
 * what it keeps them in is read here, and where that is not as it is known, the values one by one after all.
 */

/** What the library keeps in vectors of the types that are read here. */
interface Kept {
  readonly items?: unknown;
  readonly dataView?: unknown;
  readonly validity?: { readonly data: BigUint64Array | null; readonly offset: number };
}

/** Bytes by which a text is told from others of its vector: its length, and its letters or where they are. */
const TEXT_BYTES = 16;
const TEXT_WORDS = TEXT_BYTES / 4;
/** Texts of a vector that are remembered while it is read, at most. */
const REMEMBERED = 512;

/** Rows of a vector. */
export interface Rows {
  readonly vector: DuckDBVector;
  readonly from: number;
  readonly to: number;
}

/**
 * Marks rows without a value.
 *
 * @param nulls gets a 1 for each; made by the first that there is
 * @returns `nulls`, or what was made; null where there is none and none was there
 */
export function markNulls(
  { vector, from, to }: Rows,
  nulls: Uint8Array | null,
  at: number,
  make: () => Uint8Array,
): Uint8Array | null {
  const { validity } = vector as unknown as Kept;
  if (validity !== undefined && validity.offset === 0) {
    const { data } = validity;
    if (data === null) return nulls;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    let marks = nulls;
    for (let row = from; row < to; row += 1) {
      if (((bytes[row >> 3]! >> (row & 7)) & 1) === 1) continue;
      marks ??= make();
      marks[at + row - from] = 1;
    }
    return marks;
  }
  let marks = nulls;
  for (let row = from; row < to; row += 1) {
    if (vector.getItem(row) !== null) continue;
    marks ??= make();
    marks[at + row - from] = 1;
  }
  return marks;
}

/**
 * Numbers, whole numbers and times (in microseconds), each as a number.
 *
 * @returns whether all are exact, of those that are there
 */
export function copyNumbers(
  { vector, from, to }: Rows,
  out: Float64Array,
  at: number,
  nulls: Uint8Array | null,
): boolean {
  const { items } = vector as unknown as Kept;
  let isExact = true;
  if (items instanceof Float64Array) {
    out.set(items.subarray(from, to), at);
  } else if (items instanceof BigInt64Array) {
    // By halves of 32 bits: no object is made for a value.
    const words = new Int32Array(items.buffer, items.byteOffset, items.length * 2);
    for (let row = from, place = at; row < to; row += 1, place += 1) {
      const value = words[2 * row + 1]! * 4_294_967_296 + (words[2 * row]! >>> 0);
      out[place] = value;
      if (!Number.isSafeInteger(value) && nulls?.[place] !== 1) isExact = false;
    }
  } else {
    throw new TypeError('the engine keeps numbers in another way');
  }
  // What stands where there is no value is nothing.
  if (nulls !== null) for (let row = at; row < at + to - from; row += 1) if (nulls[row] === 1) out[row] = 0;
  return isExact;
}

/** Truth values, 1 and 0. */
export function copyBooleans({ vector, from, to }: Rows, out: Uint8Array, at: number): void {
  for (let row = from; row < to; row += 1) out[at + row - from] = vector.getItem(row) === true ? 1 : 0;
}

/**
 * Codes of texts.
 *
 * @param codeOf asked once for each text that stands out from those just before it; rows without a text have the empty one
 */
export function copyTexts(
  { vector, from, to }: Rows,
  out: Uint32Array,
  at: number,
  nulls: Uint8Array | null,
  codeOf: (text: string) => number,
): void {
  const textAt = (row: number): string => vector.getItem(row) as string;
  const words = wordsOf(vector);
  // Two texts of one vector that look the same are the same, so that few of many have to be read.
  const seen = new Int32Array(REMEMBERED).fill(-1);
  for (let row = from, place = at; row < to; row += 1, place += 1) {
    if (nulls?.[place] === 1) {
      out[place] = codeOf('');
    } else if (words === null) {
      out[place] = codeOf(textAt(row));
    } else {
      const slot = slotOf(words, row * TEXT_WORDS);
      const other = seen[slot]!;
      const isKnown = other >= 0 && isSame(words, row * TEXT_WORDS, other * TEXT_WORDS);
      out[place] = isKnown ? out[at + other - from]! : codeOf(textAt(row));
      seen[slot] = row;
    }
  }
}

function wordsOf(vector: DuckDBVector): Int32Array | null {
  const { dataView } = vector as unknown as Kept;
  if (!(dataView instanceof DataView) || dataView.byteOffset % 4 !== 0) return null;
  if (dataView.byteLength < vector.itemCount * TEXT_BYTES) return null;
  return new Int32Array(dataView.buffer, dataView.byteOffset, vector.itemCount * TEXT_WORDS);
}

function slotOf(words: Int32Array, at: number): number {
  let mixed = words[at]!;
  for (let word = 1; word < TEXT_WORDS; word += 1) mixed = Math.imul(mixed ^ words[at + word]!, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) & (REMEMBERED - 1);
}

function isSame(words: Int32Array, one: number, other: number): boolean {
  for (let word = 0; word < TEXT_WORDS; word += 1) if (words[one + word] !== words[other + word]) return false;
  return true;
}
