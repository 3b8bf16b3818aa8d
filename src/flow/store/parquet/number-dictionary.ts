/** The distinct values of a column and, for each of its values, the place among them. */
export interface NumberDictionary {
  readonly entries: Float64Array;
  readonly codes: Uint32Array;
}

/** After so many values it shows whether they repeat. */
const TRIAL = 8_192;
/** Looks at a slot for each value, in the mean; more means values that were made to collide. */
const MOST_LOOKS = 8;

/**
 * The distinct values in the order of their coming, told apart by their bits: zeros of either sign and each NaN are
 * values of their own.
 *
 * @param most entries that are worth it
 * @returns null where there are more, where the first values hardly repeat, or where too many collide
 */
export function numberDictionary(values: Float64Array, most: number): NumberDictionary | null {
  if (most === 0) return null;
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(most * 2)));
  const mask = slots.length - 1;
  const entries = new Int32Array(most * 2);
  const codes = new Uint32Array(values.length);
  let [count, looks] = [0, 0];
  let [lastLow, lastHigh, last] = [0, 0, -1];
  for (let i = 0; i < values.length; i += 1) {
    const low = halves[2 * i]!;
    const high = halves[2 * i + 1]!;
    if (low === lastLow && high === lastHigh && last !== -1) {
      codes[i] = last;
      continue;
    }
    let slot = hash(low, high) & mask;
    let code = slots[slot]! - 1;
    while (code !== -1 && (entries[2 * code] !== low || entries[2 * code + 1] !== high)) {
      // Untrusted: devices choose the values, so the looks are bounded.
      if (++looks > values.length * MOST_LOOKS) return null;
      slot = (slot + 1) & mask;
      code = slots[slot]! - 1;
    }
    if (code === -1) {
      if (count === most || (i === TRIAL && count > TRIAL / 2)) return null;
      code = count++;
      slots[slot] = count;
      entries[2 * code] = low;
      entries[2 * code + 1] = high;
    }
    codes[i] = code;
    [lastLow, lastHigh, last] = [low, high, code];
  }
  return { entries: new Float64Array(entries.buffer, 0, count), codes };
}

/** Spreads the bits of both halves; the finalizer of MurmurHash3. */
function hash(low: number, high: number): number {
  let mixed = low ^ Math.imul(high, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
