import type { Random } from '#base/core/index.ts';

/** A repeatable source of numbers and bytes for tests; of no use for secrets. */
export interface SeededRandom extends Random {
  /** The next number, 0 <= n < 1. */
  next(): number;
  /** The next integer, least <= n <= greatest. */
  integer(least: number, greatest: number): number;
  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
}

/**
 * Makes the source; equal seeds give equal sequences on every platform.
 *
 * @param seed any integer; its lowest 32 bits count
 * @see mulberry32, a 32-bit generator in the public domain
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const integer = (least: number, greatest: number): number => least + Math.floor(next() * (greatest - least + 1));
  return {
    next,
    integer,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('Cannot pick from an empty list');
      return list[integer(0, list.length - 1)] as T;
    },
    bytes: (length) => Uint8Array.from({ length }, () => integer(0, 255)),
  };
}
