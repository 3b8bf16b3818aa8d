/**
 * A repeatable source of numbers whose whole state is four words, so that it can be part of a snapshot.
 * Of no use for secrets.
 *
 * @see xoshiro128**, Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021)
 */
export type RandomState = Uint32Array;

/**
 * Makes the source; equal seeds give equal sequences on every machine.
 *
 * @param seed any integer; its lowest 32 bits count
 */
export function seedRandom(seed: number): RandomState {
  const state = new Uint32Array(4);
  let word = seed | 0;
  for (let i = 0; i < 4; i++) {
    // Spreads close seeds far apart, and never leaves all words zero, which would stay zero for ever.
    word = (word + 0x9e3779b9) | 0;
    let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    state[i] = mixed ^ (mixed >>> 15);
  }
  return state;
}

/** The next 32 bits. */
export function nextWord(state: RandomState): number {
  const s0 = state[0]!;
  const s1 = state[1]!;
  const s2 = state[2]! ^ s0;
  const s3 = state[3]! ^ s1;
  const scrambled = Math.imul(s1, 5);
  state[0] = s0 ^ s3;
  state[1] = s1 ^ s2;
  state[2] = s2 ^ (s1 << 9);
  state[3] = (s3 << 11) | (s3 >>> 21);
  return Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
}

/** The next number, 0 <= n < 1, with 32 bits. */
export function nextUniform(state: RandomState): number {
  return nextWord(state) / 0x1_0000_0000;
}

/** The next integer, 0 <= n < below. */
export function nextInteger(state: RandomState, below: number): number {
  return Math.floor(nextUniform(state) * below);
}

/** The next number of the standard normal distribution. */
export function nextNormal(state: RandomState): number {
  // Box and Muller; 1 - u keeps the logarithm finite.
  const radius = Math.sqrt(-2 * Math.log(1 - nextUniform(state)));
  return radius * Math.cos(2 * Math.PI * nextUniform(state));
}

/**
 * So many distinct integers below a bound, in random order, by a partial Fisher-Yates shuffle.
 *
 * @param count at most `below`
 */
export function sampleIntegers(state: RandomState, count: number, below: number): Int32Array {
  const all = Int32Array.from({ length: below }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + nextInteger(state, below - i);
    const kept = all[i]!;
    all[i] = all[j]!;
    all[j] = kept;
  }
  return all.slice(0, count);
}
