import { nextInteger, quantileOfSorted, seedRandom, sortedFinite } from '#learn/features/index.ts';
import { binBorders, binOf, MOST_BINS } from './bins.ts';
import { jensenShannon, populationStability } from './divergence.ts';
import { rejectByChance } from './evidence.ts';
import { ksDistance, ksOfCounts } from './kolmogorov-smirnov.ts';

/** One column of rows in the order of their times: numbers, NaN where there is none, or words. */
export interface ComparedColumn {
  readonly name: string;
  readonly before: Float64Array | readonly (string | null)[];
  readonly after: Float64Array | readonly (string | null)[];
}

/** How a column differs between two ranges of time. */
export interface ComparedField {
  readonly name: string;
  readonly psi: number;
  /** Null for words, which have no order. */
  readonly ks: number | null;
  readonly js: number;
  /** Chance of so great a distance between two ranges of blocks that are alike. */
  readonly chance: number;
  readonly drifted: boolean;
  /** Quantiles 0.05, 0.5 and 0.95 of numbers; null for words. */
  readonly before: readonly [number, number, number] | null;
  readonly after: readonly [number, number, number] | null;
  /** Shares of rows without a value. */
  readonly missing: readonly [number, number];
}

export interface CompareOptions {
  /** Of the fields that are called drifted, a share that may be so in error. */
  readonly rate: number;
  readonly seed: number;
}

/** Blocks of each range, and rows of a block at least. */
const BLOCKS = 20;
const LEAST_ROWS = 5;
export const LEAST_COMPARED = BLOCKS * LEAST_ROWS;
/** Ways in which blocks are dealt to both ranges. */
const DEALS = 1_999;

/**
 * Compares columns over two ranges of time, whose rows depend on those next to them: so blocks of rows, not rows, are
 * dealt to both ranges at random, and a distance counts as drift where few deals give as great a one. Over columns the
 * false discovery rate is held by Benjamini and Hochberg.
 *
 * @returns columns in the order of their chances; of numbers by the distance of Kolmogorov and Smirnov, of words by that
 *   of Jensen and Shannon
 * @see Romano, "On the behavior of randomization tests without a group invariance assumption" (1990)
 */
export function compareRanges(
  columns: readonly ComparedColumn[],
  { rate, seed }: CompareOptions,
): readonly ComparedField[] {
  const fields = columns.map((column, i) => compareColumn(column, seed + i));
  const drifted = new Set(
    rejectByChance(
      Float64Array.from(fields, ({ chance }) => chance),
      rate,
    ),
  );
  return fields
    .map((field, i) => ({ ...field, drifted: drifted.has(i) }))
    .toSorted((a, b) => a.chance - b.chance || b.js - a.js || (a.name < b.name ? -1 : 1));
}

function compareColumn({ name, before, after }: ComparedColumn, seed: number): Omit<ComparedField, 'drifted'> {
  const [codedBefore, codedAfter, bins] = codesOf(before, after);
  const blocks = [...blocksOf(codedBefore, bins), ...blocksOf(codedAfter, bins)];
  const numbers = before instanceof Float64Array && after instanceof Float64Array;
  const distance = numbers ? ksOfCounts : jensenShannon;
  const [ofBefore, ofAfter] = [sumOf(blocks.slice(0, BLOCKS), bins), sumOf(blocks.slice(BLOCKS), bins)];
  const seen = distance(ofBefore, ofAfter);
  return {
    name,
    psi: populationStability(ofBefore, ofAfter),
    ks: numbers ? ksOrNothing(before, after) : null,
    js: jensenShannon(ofBefore, ofAfter),
    chance: chanceOf(blocks, bins, seen, distance, seed),
    before: numbers ? quantilesOf(before) : null,
    after: numbers ? quantilesOf(after) : null,
    missing: [missingOf(codedBefore), missingOf(codedAfter)],
  };
}

/** Bins of values; −1 where there is none. Words that are few are one bin. */
function codesOf(
  before: ComparedColumn['before'],
  after: ComparedColumn['after'],
): readonly [Int32Array, Int32Array, number] {
  if (before instanceof Float64Array && after instanceof Float64Array) {
    const both = new Float64Array(before.length + after.length);
    both.set(before);
    both.set(after, before.length);
    const borders = binBorders(both);
    const code = (values: Float64Array) =>
      Int32Array.from(values, (value) => (Number.isFinite(value) ? binOf(borders, value) : -1));
    return [code(before), code(after), borders.length + 1];
  }
  const counts = new Map<string, number>();
  const words = [...(before as readonly (string | null)[]), ...(after as readonly (string | null)[])];
  for (const word of words) if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1);
  const frequent = [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_BINS - 1);
  const places = new Map(frequent.map(([word], i) => [word, i]));
  const code = (values: readonly (string | null)[]) =>
    Int32Array.from(values, (word) => (word === null ? -1 : (places.get(word) ?? frequent.length)));
  return [code(words.slice(0, before.length)), code(words.slice(before.length)), frequent.length + 1];
}

/** Counts of bins in each of the blocks that rows are cut into. */
function blocksOf(codes: Int32Array, bins: number): readonly Float64Array[] {
  const blocks = Array.from({ length: BLOCKS }, () => new Float64Array(bins));
  for (const [row, code] of codes.entries()) {
    const block = blocks[Math.floor((row * BLOCKS) / codes.length)]!;
    if (code >= 0) block[code] = block[code]! + 1;
  }
  return blocks;
}

function chanceOf(
  blocks: readonly Float64Array[],
  bins: number,
  seen: number,
  distance: (a: Float64Array, b: Float64Array) => number,
  seed: number,
): number {
  const random = seedRandom(seed);
  const order = Int32Array.from(blocks.keys());
  const [first, second] = [new Float64Array(bins), new Float64Array(bins)];
  let asGreat = 1;
  for (let deal = 0; deal < DEALS; deal++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = nextInteger(random, i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    first.fill(0);
    second.fill(0);
    for (const [place, block] of order.entries()) {
      const into = place < BLOCKS ? first : second;
      for (let bin = 0; bin < bins; bin++) into[bin] = into[bin]! + blocks[block]![bin]!;
    }
    // Equal to all but the last digits is equal.
    if (distance(first, second) >= seen - 1e-12) asGreat += 1;
  }
  return asGreat / (DEALS + 1);
}

function sumOf(blocks: readonly Float64Array[], bins: number): Float64Array {
  const sum = new Float64Array(bins);
  for (const block of blocks) for (let bin = 0; bin < bins; bin++) sum[bin] = sum[bin]! + block[bin]!;
  return sum;
}

function ksOrNothing(before: Float64Array, after: Float64Array): number {
  const [a, b] = [sortedFinite(before), sortedFinite(after)];
  return a.length === 0 || b.length === 0 ? 0 : ksDistance(a, b);
}

function quantilesOf(values: Float64Array): readonly [number, number, number] {
  const sorted = sortedFinite(values);
  return [0.05, 0.5, 0.95].map((level) => quantileOfSorted(sorted, level)) as [number, number, number];
}

function missingOf(codes: Int32Array): number {
  let missing = 0;
  for (const code of codes) if (code < 0) missing += 1;
  return codes.length === 0 ? 0 : missing / codes.length;
}
