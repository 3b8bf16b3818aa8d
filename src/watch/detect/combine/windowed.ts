import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import type { Detector, DetectorKind, IncrementalDetector, OptionsOf } from '../detector.ts';
import { DetectError } from '../errors.ts';
import { LastScore } from './last-score.ts';
import { completeOptions } from '../options.ts';
import { rowsOf, sliceRows } from '../rows.ts';
import type { Rows } from '../rows.ts';

const OPTIONS = {
  length: { standard: 5, least: 1, greatest: 1000, whole: true, about: 'rows of a window' },
  first: { standard: 300, least: 2, greatest: 1e6, whole: true, about: 'rows before it is fitted for the first time' },
  memory: { standard: 3600, least: 2, greatest: 1e6, whole: true, about: 'latest rows that it is fitted on' },
  every: { standard: 900, least: 1, greatest: 1e9, whole: true, about: 'rows from one fit to the next' },
  mean: { standard: 12, least: 1, greatest: 10_000, whole: true, about: 'rows that a score is the mean over' },
} as const;

type WindowOptions = OptionsOf<typeof OPTIONS>;

/** What a windowed detector is made of. */
export interface WindowedParts {
  readonly name: string;
  readonly part: DetectorKind;
}

/**
 * Makes a detector of a stream out of a fitted one: it is fitted on windows of some rows each, anew from time to time,
 * and scores the window that ends in a row. So it sees what single rows do not show: order, rate, phase.
 *
 * The first fits come while little is known, at `first` rows and at each doubling; from `memory` on there is one every
 * `every` rows. With a very large `every` what was learnt first stays what is normal. A row's score is the mean over
 * the latest scores with its own, as a fault lasts and noise does not.
 */
export function defineWindowed({ name, part }: WindowedParts): DetectorKind<IncrementalDetector, typeof OPTIONS> {
  return {
    name,
    cost: part.cost,
    options: OPTIONS,
    fieldOrder: part.fieldOrder,
    rowOrder: 'matters',
    create: (width, given = {}, seed = 0) =>
      new Windowed(name, part, width, completeOptions(name, OPTIONS, given), seed),
    restore: (bytes) => Windowed.restore(name, part, decodeState(bytes, name, VERSION)),
  };
}

const VERSION = 1;

class Windowed implements IncrementalDetector {
  readonly kind: string;
  readonly width: number;
  readonly #options: WindowOptions;
  readonly #seed: number;
  #part: Detector;
  /** The latest rows in a ring: `memory` of them, and those that come before the first in its window. */
  readonly #ring: Float64Array;
  /** The latest scores before they are averaged, in a ring. */
  readonly #scores: Float64Array;
  #seen = 0;
  /** Rows that were seen when it was fitted last; 0 before the first time. */
  #fittedAt = 0;
  /** Rows that were scored. */
  #scored = 0;
  readonly #last = new LastScore();

  constructor(kind: string, part: DetectorKind, width: number, options: WindowOptions, seed: number) {
    if (options.first > options.memory) {
      const message = `Cannot set option first of ${kind} to ${options.first}: its memory is ${options.memory} rows`;
      throw new DetectError('DETECT_OPTION_INVALID', message, { hint: 'Give it no more than the memory' });
    }
    this.#part = part.create(width * options.length, {}, seed);
    this.kind = kind;
    this.width = width;
    this.#options = options;
    this.#seed = seed;
    this.#ring = new Float64Array((options.memory + options.length) * width).fill(NaN);
    this.#scores = new Float64Array(options.mean);
  }

  static restore(kind: string, part: DetectorKind, entries: Map<string, number | StateArray>): Windowed {
    const number = (name: string): number => {
      const value = entries.get(name);
      if (typeof value === 'number') return value;
      throw unfit(kind, `${name} is missing`);
    };
    const given = new Map(Object.keys(OPTIONS).map((name) => [name, number(`option ${name}`)]));
    const windowed = new Windowed(kind, part, number('width'), completeOptions(kind, OPTIONS, given), number('seed'));
    for (const [name, into] of [
      ['ring', windowed.#ring],
      ['scores', windowed.#scores],
    ] as const) {
      const value = entries.get(name);
      if (!(value instanceof Float64Array) || value.length !== into.length) throw unfit(kind, `${name} does not fit`);
      into.set(value);
    }
    const bytes = entries.get('part');
    if (!(bytes instanceof Uint8Array)) throw unfit(kind, 'its part is missing');
    windowed.#part = part.restore(bytes);
    if (windowed.#part.width !== windowed.width * windowed.#options.length)
      throw unfit(kind, 'its part is of other rows');
    windowed.#seen = number('seen');
    windowed.#scored = number('scored');
    windowed.#fittedAt = number('fitted');
    return windowed;
  }

  get seen(): number {
    return this.#seen;
  }

  get stateBytes(): number {
    return 2048 + this.#part.stateBytes + this.#ring.byteLength + this.#scores.byteLength;
  }

  learn(rows: Rows): void {
    this.step(rows, new Float64Array(rows.count));
  }

  score(rows: Rows, scores: Float64Array): void {
    this.#check(rows, scores);
    if (this.#fittedAt === 0) {
      scores.fill(0, 0, rows.count);
      return;
    }
    this.#part.score(this.#windowsOfEach(rows), scores);
    this.#last.remember(rows, scores[0]!, this.#seen);
    for (let row = 0; row < rows.count; row++) scores[row] = this.#averaged(scores[row]!);
  }

  step(rows: Rows, scores: Float64Array): void {
    this.#check(rows, scores);
    for (let from = 0; from < rows.count;) {
      // Up to the next fit all rows are judged by the same model, in one block.
      const to = Math.min(rows.count, from + this.#untilFit());
      this.#advance(sliceRows(rows, from, to), scores.subarray(from, to));
      if (this.#untilFit() <= 0) this.#fit();
      from = to;
    }
  }

  explain(rows: Rows): Float64Array {
    this.#check(rows);
    const shares = new Float64Array(rows.values.length);
    if (this.#fittedAt === 0) return shares;
    const { length } = this.#options;
    const own = this.#part.explain(this.#windowsOfEach(rows));
    for (let row = 0; row < rows.count; row++) {
      for (let i = 0; i < length * this.width; i++) {
        const place = row * this.width + (i % this.width);
        shares[place] = shares[place]! + own[row * length * this.width + i]!;
      }
    }
    return shares;
  }

  snapshot(): Uint8Array {
    const entries: Record<string, number | StateArray> = {
      width: this.width,
      seed: this.#seed,
      seen: this.#seen,
      scored: this.#scored,
      fitted: this.#fittedAt,
      ring: this.#ring,
      scores: this.#scores,
      part: this.#part.snapshot(),
    };
    for (const [name, value] of Object.entries(this.#options)) entries[`option ${name}`] = value;
    return encodeState(this.kind, VERSION, entries);
  }

  /** Rows that may pass before it is fitted again: at least one. */
  #untilFit(): number {
    const { first, memory, every } = this.#options;
    const last = this.#fittedAt;
    const next = last === 0 ? first : last < memory ? Math.min(2 * last, memory) : last + every;
    return next - this.#seen;
  }

  /** Scores rows by what is known before them, and takes them in. */
  #advance(rows: Rows, scores: Float64Array): void {
    if (this.#fittedAt === 0) scores.fill(0);
    else {
      const known = this.#last.recall(rows, this.#seen);
      if (known === null) this.#part.score(this.#windowsThrough(rows), scores);
      else scores[0] = known;
      for (let row = 0; row < rows.count; row++) {
        const own = scores[row]!;
        scores[row] = this.#averaged(own);
        this.#scores[this.#scored++ % this.#scores.length] = own;
      }
    }
    for (let row = 0; row < rows.count; row++) {
      const at = (this.#seen++ % (this.#ring.length / this.width)) * this.width;
      this.#ring.set(rows.values.subarray(row * this.width, (row + 1) * this.width), at);
    }
  }

  /** Fits the part on the windows of the latest rows. */
  #fit(): void {
    const { length, memory } = this.#options;
    const count = Math.min(this.#seen, memory);
    const windows = new Float64Array(count * length * this.width);
    for (let i = 0; i < count; i++) this.#copyRecent(windows, i * length * this.width, count - 1 - i, length);
    this.#part.learn(rowsOf(windows, length * this.width));
    this.#fittedAt = this.#seen;
  }

  /** The windows that end in each of the rows, which follow each other. */
  #windowsThrough(rows: Rows): Rows {
    const { length } = this.#options;
    const { width } = this;
    const all = new Float64Array((length - 1 + rows.count) * width);
    this.#copyRecent(all, 0, 0, length - 1);
    all.set(rows.values, (length - 1) * width);
    const windows = new Float64Array(rows.count * length * width);
    for (let row = 0; row < rows.count; row++) {
      windows.set(all.subarray(row * width, (row + length) * width), row * length * width);
    }
    return rowsOf(windows, length * width);
  }

  /** The windows that end in each of the rows, each as if it came next. */
  #windowsOfEach(rows: Rows): Rows {
    const { length } = this.#options;
    const { width } = this;
    const windows = new Float64Array(rows.count * length * width);
    for (let row = 0; row < rows.count; row++) {
      this.#copyRecent(windows, row * length * width, 0, length - 1);
      const last = ((row + 1) * length - 1) * width;
      windows.set(rows.values.subarray(row * width, (row + 1) * width), last);
    }
    return rowsOf(windows, length * width);
  }

  /**
   * Copies so many of the latest rows in their order, leaving out the `back` latest. Before the first row everything
   * is missing.
   */
  #copyRecent(into: Float64Array, at: number, back: number, count: number): void {
    const { width } = this;
    const places = this.#ring.length / width;
    for (let i = 0; i < count; i++) {
      const row = this.#seen - back - count + i;
      const from = (row % places) * width;
      if (row < 0) into.fill(NaN, at + i * width, at + (i + 1) * width);
      else into.set(this.#ring.subarray(from, from + width), at + i * width);
    }
  }

  /** The mean of a score and of those before it. */
  #averaged(score: number): number {
    const before = Math.min(this.#scored, this.#options.mean - 1);
    let sum = score;
    for (let i = 1; i <= before; i++) sum += this.#scores[(this.#scored - i) % this.#scores.length]!;
    return sum / (before + 1);
  }

  #check(rows: Rows, scores?: Float64Array): void {
    if (rows.width !== this.width || (scores !== undefined && scores.length < rows.count)) {
      const message = `Cannot use ${rows.count} rows of ${rows.width} fields and ${scores?.length ?? 'no'} scores with ${this.kind}`;
      throw new DetectError('DETECT_SHAPE_MISMATCH', message, { hint: `It knows rows of ${this.width} fields` });
    }
  }
}

function unfit(kind: string, what: string): DetectError {
  return new DetectError('DETECT_STATE_UNFIT', `Cannot restore ${kind}: ${what}`, {
    hint: 'Restore an older snapshot, or let it learn anew',
  });
}
