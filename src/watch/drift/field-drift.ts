import { ADWIN_LENGTH, beginAdwin, nextInteger, seedRandom, STANDARD_ADWIN, takeAdwin } from '#learn/features/index.ts';
import { binBorders, binOf, midRanks, MOST_BINS, quantileOfCounts } from './bins.ts';
import { learnBlock, serialCorrelation, STATISTICS_LENGTH, studentOf } from './block-statistics.ts';
import { jensenShannon, populationStability } from './divergence.ts';
import type { DriftRule } from './drift-rule.ts';
import { evidenceOf, nextEvidence } from './evidence.ts';
import { ksOfCounts } from './kolmogorov-smirnov.ts';
import { studentTail } from './student-t.ts';

/** What looks for drift of a field, each in its own way. */
export const INDICATORS = ['psi', 'ks', 'js', 'adwin', 'page-hinkley'] as const;
export type Indicator = (typeof INDICATORS)[number];

/** How a field has changed since its onset. */
export interface FieldChange {
  /** Start of the first block that spoke for it, and of the reference that it is held against; seconds. */
  readonly onset: number;
  readonly since: number;
  readonly psi: number;
  readonly ks: number;
  readonly js: number;
  /** The quantiles 0.05, 0.5 and 0.95 of the reference, and the median since the onset. */
  readonly usual: readonly [number, number, number];
  readonly now: number;
  /** Values since the onset. */
  readonly values: number;
  /** Natural logarithm of the evidence of each indicator. */
  readonly evidence: Readonly<Record<Indicator, number>>;
}

/** Blocks from whose values the bins are made, that are the first reference, and that are held against it at least. */
const RANGING_BLOCKS = 4;
const POOLED_BLOCKS = 3;
const LEARNT_BLOCKS = 12;
/** Values that the bins are made from. */
const SAMPLE = 512;
/** Blocks depend on each other from this correlation on, where so many deviations of chance are below it: it is asked often. */
const DEPENDENT = 0.35;
const DEPENDENT_DEVIATIONS = 3.5;
/** What speaks for a change by more than a coin does is not learnt, until it is told or was nothing. */
const SUSPECTED = Math.log(2);
/** So many blocks are kept apart; what is no more than suspected after that is learnt. */
const MOST_HELD = 64;
const NUMBERS = 4;
/** The greatest distances of each kind that are remembered: what came before is less surprising, however far out. */
const DISTANCES = 3;
const EXTREMES = 8;
/** Standard deviations of the mean rank of a block that the test of Page and Hinkley lets pass. */
const SLACK = 0.5;
/** A distance varies by this share of itself at least. */
const LEAST_SPREAD = 0.1;

const STAGE = { ranging: 0, learning: 1, watching: 2 } as const;

const OWN = {
  stage: 0,
  /** Index of the length of a block. */
  length: 1,
  /** Blocks of the stage of ranging, then blocks that were learnt. */
  blocks: 2,
  /** Times in seconds: of the first value of the reference, of the block, and of what is suspected. */
  since: 3,
  start: 4,
  onset: 5,
  /** Values of the block; mean values and mean seconds of blocks. */
  values: 6,
  usualValues: 7,
  seconds: 8,
  /** Values that the sample was drawn from. */
  sampled: 9,
  /** Blocks that were the first reference. */
  pooled: 10,
  /** Blocks that are kept apart. */
  held: 11,
} as const;
const OWN_LENGTH = 12;
const PAGE_HINKLEY = { above: 0, below: 1 } as const;

/**
 * Looks for drift of one field of a stream, whatever device its values come from.
 *
 * Values are gathered in blocks of time. First they tell the borders of bins, then what is usual: the share of each
 * bin, how far blocks lie from what came before them, by three distances, and their mean rank. Then each block that is
 * farther than usual, or whose mean rank is another, is evidence of a change, and evidence is multiplied up over time.
 * What
 * speaks for a change is kept apart until that is told or was nothing; then it is learnt, with a weight of one block
 * among all before, so slow change is not followed for long.
 *
 * Where blocks depend on those before them, longer blocks are taken; where they still do, their evidence counts less.
 * No single block is enough: its chance is held at one in (blocks learnt + 1)², or at its rank
 * where others were as far out.
 */
export class FieldDrift {
  readonly #rule: DriftRule;
  readonly #own = new Float64Array(OWN_LENGTH);
  readonly #sample = new Float64Array(SAMPLE);
  readonly #random = seedRandom(1);
  #borders: Float64Array = new Float64Array(0);
  readonly #block = new Float64Array(MOST_BINS);
  readonly #pool = new Float64Array(MOST_BINS);
  /** Of all blocks since the onset. */
  readonly #now = new Float64Array(MOST_BINS);
  readonly #ranks = new Float64Array(MOST_BINS).fill(0.5);
  /** Of the logarithms of three distances, then of the mean rank. */
  readonly #statistics = [0, 1, 2, 3].map(() => new Float64Array(STATISTICS_LENGTH));
  /** The numbers of blocks since the onset. */
  readonly #held = new Float64Array(MOST_HELD * NUMBERS);
  /** For each distance the greatest of the blocks that were learnt, ascending. */
  readonly #extremes = new Float64Array(DISTANCES * EXTREMES);
  readonly #adwin = beginAdwin();
  readonly #cusum = new Float64Array(2);
  readonly #evidence = new Float64Array(INDICATORS.length);

  constructor(rule: DriftRule) {
    this.#rule = rule;
    this.#begin();
  }

  /** Bytes of its numbers at most. */
  static get stateBytes(): number {
    const counts = 4 * MOST_BINS + MOST_BINS;
    const numbers = NUMBERS * (STATISTICS_LENGTH + MOST_HELD) + DISTANCES * EXTREMES;
    return 8 * (OWN_LENGTH + SAMPLE + 4 + counts + numbers + ADWIN_LENGTH + 2 + INDICATORS.length);
  }

  get watching(): boolean {
    return this.#own[OWN.stage] === STAGE.watching;
  }

  /** Mean seconds of a block. */
  get seconds(): number {
    return this.#own[OWN.seconds]!;
  }

  /** Natural logarithm of the mean of its indicators' evidence; 0 where nothing speaks for a change. */
  get evidence(): number {
    const most = Math.max(0, ...this.#evidence);
    let sum = 0;
    for (const one of this.#evidence) sum += Math.exp(Math.max(0, one) - most);
    return most + Math.log(sum / INDICATORS.length);
  }

  /** Whether something is suspected: what came since the onset is kept apart. */
  get suspects(): boolean {
    return this.#own[OWN.onset]! >= 0;
  }

  /**
   * Takes a value.
   *
   * @returns where the value stands among those of the reference, 0 to 1; NaN while there is none
   */
  take(value: number): number {
    const own = this.#own;
    own[OWN.values] = own[OWN.values]! + 1;
    if (own[OWN.stage] === STAGE.ranging) {
      const seen = own[OWN.sampled]!;
      own[OWN.sampled] = seen + 1;
      const place = seen < SAMPLE ? seen : nextInteger(this.#random, seen + 1);
      if (place < SAMPLE) this.#sample[place] = value;
      return NaN;
    }
    const bin = binOf(this.#borders, value);
    this.#block[bin] = this.#block[bin]! + 1;
    return this.#ranks[bin]!;
  }

  /** Whether the block is long enough to be judged at a time, in seconds. */
  isDue(now: number): boolean {
    const own = this.#own;
    if (own[OWN.start]! < 0) {
      own[OWN.start] = now;
      if (own[OWN.since]! < 0) own[OWN.since] = now;
    }
    const least = Math.max(this.#rule.leastValues, own[OWN.usualValues]! / 2);
    return own[OWN.values]! >= least && now - own[OWN.start]! >= this.#rule.blocks[own[OWN.length]!]!;
  }

  /**
   * Judges the block, and begins the next.
   *
   * @param weight of one block of this field: the chance that is given to it
   */
  close(now: number, weight: number): void {
    const own = this.#own;
    const seconds = now - own[OWN.start]!;
    if (own[OWN.stage] === STAGE.ranging) this.#range();
    else this.#judge(now, weight);
    const blocks = own[OWN.usualValues] === 0 ? 1 : Math.min(20, own[OWN.blocks]! + 2);
    own[OWN.usualValues] = own[OWN.usualValues]! + (own[OWN.values]! - own[OWN.usualValues]!) / blocks;
    own[OWN.seconds] = own[OWN.seconds]! + (seconds - own[OWN.seconds]!) / blocks;
    own[OWN.values] = 0;
    own[OWN.start] = now;
    this.#block.fill(0);
  }

  /** What has changed, in the words of all indicators. */
  get change(): FieldChange {
    const [pool, now, borders] = [this.#pool, this.#now, this.#borders];
    const bins = borders.length + 1;
    const [expected, actual] = [pool.subarray(0, bins), now.subarray(0, bins)];
    const quantile = (level: number): number => quantileOfCounts(borders, pool, level);
    const evidence = Object.fromEntries(INDICATORS.map((name, i) => [name, Math.max(0, this.#evidence[i]!)]));
    return {
      onset: this.#own[OWN.onset]!,
      since: this.#own[OWN.since]!,
      psi: populationStability(expected, actual),
      ks: ksOfCounts(expected, actual),
      js: jensenShannon(expected, actual),
      usual: [quantile(0.05), quantile(0.5), quantile(0.95)],
      now: quantileOfCounts(borders, now, 0.5),
      values: now.reduce((sum, count) => sum + count, 0),
      evidence: evidence as Record<Indicator, number>,
    };
  }

  /** Takes what it is now for what is usual: a reference is learnt anew. */
  restart(): void {
    this.#begin();
  }

  /** Forgets what spoke for a change, and learns what was kept apart. */
  forgive(): void {
    this.#evidence.fill(0);
    this.#cusum.fill(0);
    this.#settle();
  }

  /** Its state by name, which `restore` takes. */
  get entries(): Readonly<Record<string, Float64Array | Uint32Array>> {
    const statistics = Object.fromEntries(this.#statistics.map((one, i) => [`statistics ${i}`, one]));
    return {
      own: this.#own,
      sample: this.#sample,
      random: this.#random,
      borders: this.#borders,
      block: this.#block,
      pool: this.#pool,
      now: this.#now,
      held: this.#held,
      extremes: this.#extremes,
      ranks: this.#ranks,
      adwin: this.#adwin,
      cusum: this.#cusum,
      evidence: this.#evidence,
      ...statistics,
    };
  }

  /** @returns whether the entries are those of a field */
  restore(entries: ReadonlyMap<string, unknown>): boolean {
    const borders = entries.get('borders');
    if (!(borders instanceof Float64Array) || borders.length >= MOST_BINS) return false;
    const own = entries.get('own');
    if (!(own instanceof Float64Array) || this.#rule.blocks[own[OWN.length]!] === undefined) return false;
    for (const [name, into] of Object.entries(this.entries)) {
      const value = entries.get(name);
      if (name === 'borders') continue;
      if (!(value instanceof into.constructor) || (value as Float64Array).length !== into.length) return false;
    }
    for (const [name, into] of Object.entries(this.entries)) {
      if (name !== 'borders') into.set(entries.get(name) as Float64Array);
    }
    this.#borders = borders;
    return true;
  }

  /** The state before the first value; the length of blocks stays. */
  #begin(): void {
    const own = this.#own;
    const length = own[OWN.length]!;
    own.fill(0);
    own[OWN.length] = length;
    own[OWN.since] = -1;
    own[OWN.start] = -1;
    own[OWN.onset] = -1;
    this.#borders = new Float64Array(0);
    for (const counts of [this.#block, this.#pool, this.#now, this.#adwin, this.#cusum, this.#evidence]) counts.fill(0);
    this.#extremes.fill(-Infinity);
    for (const one of this.#statistics) one.fill(0);
  }

  /** Once enough blocks have come the bins are made. */
  #range(): void {
    const own = this.#own;
    own[OWN.blocks] = own[OWN.blocks]! + 1;
    if (own[OWN.blocks]! < RANGING_BLOCKS) return;
    this.#borders = binBorders(this.#sample.subarray(0, Math.min(own[OWN.sampled]!, SAMPLE)));
    own[OWN.stage] = STAGE.learning;
    own[OWN.blocks] = 0;
  }

  #judge(now: number, weight: number): void {
    const own = this.#own;
    const bins = this.#borders.length + 1;
    const [pool, block] = [this.#pool.subarray(0, bins), this.#block.subarray(0, bins)];
    if (own[OWN.pooled]! < POOLED_BLOCKS) {
      own[OWN.pooled] = own[OWN.pooled]! + 1;
      this.#add(block);
      return;
    }
    const numbers = this.#describe(pool, block);
    if (own[OWN.stage] === STAGE.watching) this.#weigh(numbers, weight);
    else takeAdwin(this.#adwin, numbers[3], { ...STANDARD_ADWIN, delta: 1e-9 });
    if (own[OWN.held] === 0) own[OWN.onset] = own[OWN.start]!;
    this.#held.set(numbers, NUMBERS * own[OWN.held]!);
    own[OWN.held] = own[OWN.held]! + 1;
    for (let bin = 0; bin < bins; bin++) this.#now[bin] = this.#now[bin]! + block[bin]!;
    if (this.evidence > SUSPECTED && own[OWN.held]! < MOST_HELD) return;
    this.#settle();
    if (this.#lengthen()) return;
    if (own[OWN.blocks]! >= LEARNT_BLOCKS && now - own[OWN.since]! >= this.#rule.season) {
      own[OWN.stage] = STAGE.watching;
    }
  }

  /** Logarithms of the distances of a block from all before it, on top of what chance makes of them; its mean rank. */
  #describe(pool: Float64Array, block: Float64Array): readonly [number, number, number, number] {
    const values = this.#own[OWN.values]!;
    const chance = 1 / values;
    let rank = 0;
    for (let bin = 0; bin < block.length; bin++) rank += (block[bin]! / values) * this.#ranks[bin]!;
    return [
      Math.log(populationStability(pool, block) + block.length * chance),
      Math.log(ksOfCounts(pool, block) + Math.sqrt(chance) / 2),
      Math.log(jensenShannon(pool, block) + Math.sqrt((block.length * chance) / 8)),
      rank,
    ];
  }

  /** What the block is worth as evidence of a change. */
  #weigh(numbers: readonly [number, number, number, number], weight: number): void {
    const blocks = this.#own[OWN.blocks]!;
    const independent = this.#independence();
    for (let i = 0; i < DISTANCES; i++) {
      const t = studentOf(this.#statistics[i]!, numbers[i]!, LEAST_SPREAD);
      const chance = Math.min(1, Math.max(this.#leastChance(i, numbers[i]!), studentTail(t, blocks - 1)));
      this.#evidence[i] = nextEvidence(this.#evidence[i]!, independent * Math.log(evidenceOf(chance)));
    }
    const rule = { ...STANDARD_ADWIN, every: 1, delta: Math.exp(Math.log(weight / INDICATORS.length) / independent) };
    this.#evidence[3] = takeAdwin(this.#adwin, numbers[3], rule) ? Math.log(INDICATORS.length / weight) : 0;
    const z = this.#normalOf(studentOf(this.#statistics[3]!, numbers[3], this.#leastRankSpread()), blocks);
    const cusum = this.#cusum;
    // The likelihood of a shift by twice the slack, over that of none.
    const step = (by: number): number => independent * (2 * SLACK * by - 2 * SLACK * SLACK);
    cusum[PAGE_HINKLEY.above] = Math.max(0, cusum[PAGE_HINKLEY.above]! + step(z));
    cusum[PAGE_HINKLEY.below] = Math.max(0, cusum[PAGE_HINKLEY.below]! + step(-z));
    const [above, below] = [cusum[PAGE_HINKLEY.above]!, cusum[PAGE_HINKLEY.below]!];
    const most = Math.max(above, below);
    this.#evidence[4] = nextEvidence(0, most + Math.log((Math.exp(above - most) + Math.exp(below - most)) / 2));
  }

  /** What a distance may at least be put down to chance: its rank, or the square of one in as many where none was so far. */
  #leastChance(i: number, distance: number): number {
    const blocks = this.#own[OWN.blocks]! + 1;
    let before = 0;
    for (const extreme of this.#extremes.subarray(i * EXTREMES, (i + 1) * EXTREMES)) if (extreme >= distance) before++;
    return before === 0 ? 1 / blocks ** 2 : (1 + before) / blocks;
  }

  /** Student's t as a normal value of about the same chance, held where one block is no proof. */
  #normalOf(t: number, blocks: number): number {
    const degrees = blocks - 1;
    const z = Math.sign(t) * Math.sqrt(degrees * Math.log1p((t * t) / degrees));
    const most = Math.sqrt(4 * Math.log(blocks + 1));
    return Math.min(most, Math.max(-most, z));
  }

  /** The mean of so many ranks varies by this at least. */
  #leastRankSpread(): number {
    return Math.sqrt(1 / 12 / this.#own[OWN.values]!);
  }

  /** Learns what was kept apart. */
  #settle(): void {
    const own = this.#own;
    this.#add(this.#now);
    this.#now.fill(0);
    for (let block = 0; block < own[OWN.held]!; block++) {
      for (const [i, one] of this.#statistics.entries()) {
        const number = this.#held[NUMBERS * block + i]!;
        learnBlock(one, number);
        const least = i * EXTREMES;
        if (i >= DISTANCES || number <= this.#extremes[least]!) continue;
        this.#extremes[least] = number;
        this.#extremes.subarray(least, least + EXTREMES).sort();
      }
    }
    own[OWN.blocks] = own[OWN.blocks]! + own[OWN.held]!;
    own[OWN.held] = 0;
    own[OWN.onset] = -1;
  }

  /** Adds counts to the reference. */
  #add(counts: Float64Array): void {
    for (let bin = 0; bin < counts.length; bin++) this.#pool[bin] = this.#pool[bin]! + counts[bin]!;
    midRanks(this.#pool.subarray(0, this.#borders.length + 1), this.#ranks);
  }

  /** How much of a block is news: 1 where it does not depend on the one before, as far as so few show it. */
  #independence(): number {
    const correlation = Math.max(0, this.#correlation()) + 1 / Math.sqrt(this.#own[OWN.blocks]!);
    const held = Math.min(0.9, correlation);
    return (1 - held) / (1 + held);
  }

  #correlation(): number {
    return Math.max(serialCorrelation(this.#statistics[1]!), serialCorrelation(this.#statistics[3]!));
  }

  /** Takes longer blocks where blocks depend on those before them. */
  #lengthen(): boolean {
    const own = this.#own;
    const blocks = own[OWN.blocks]!;
    if (blocks < LEARNT_BLOCKS || own[OWN.length]! + 1 >= this.#rule.blocks.length) return false;
    if (this.#correlation() < Math.max(DEPENDENT, DEPENDENT_DEVIATIONS / Math.sqrt(blocks))) return false;
    own[OWN.length] = own[OWN.length]! + 1;
    if (own[OWN.stage] === STAGE.watching) {
      // What is known of the values stays; what is usual for blocks is another.
      own[OWN.stage] = STAGE.learning;
      own[OWN.blocks] = 0;
      own[OWN.usualValues] = 0;
      this.forgive();
      this.#adwin.fill(0);
      this.#extremes.fill(-Infinity);
      for (const one of this.#statistics) one.fill(0);
    } else {
      const since = own[OWN.since]!;
      this.#begin();
      own[OWN.since] = since;
    }
    return true;
  }
}
