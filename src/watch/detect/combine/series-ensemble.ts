import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import type { DetectorKind, IncrementalDetector, OptionsOf } from '../detector.ts';
import { DetectError } from '../errors.ts';
import { completeOptions } from '../options.ts';
import { rowsOf, sliceRows, tameRows } from '../rows.ts';
import type { Rows } from '../rows.ts';
import { beginLately, combineLately, combineNext } from './combine-lately.ts';
import type { Lately } from './combine-lately.ts';
import { sharesOfRarities } from './combine-rarities.ts';
import { PARTS_OF_MANY, PARTS_OF_ONE } from './series-parts.ts';
import type { SeriesPart, SeriesParts } from './series-parts.ts';
import { emptyTailModel, fitTailModel, rarityOf } from './tail-model.ts';
import type { TailModel } from './tail-model.ts';

const OPTIONS = {
  first: { standard: 400, least: 16, greatest: 1e6, whole: true, about: 'rows before it says anything' },
  memory: {
    standard: 1800,
    least: 16,
    greatest: 1e6,
    whole: true,
    about: 'latest rows that its parts, and what is usual of their scores, rest on; `first` where that is more',
  },
  every: { standard: 900, least: 1, greatest: 1e9, whole: true, about: 'rows from one fit to the next' },
  given: {
    standard: 0,
    least: 0,
    greatest: 8,
    whole: true,
    about: 'last fields that are not judged and that others are judged by, such as the hour of the day',
  },
} as const;

type SeriesOptions = OptionsOf<typeof OPTIONS>;

/** What one part says of rows: its own scores, and how rare each is among those that it usually has, as it fades. */
export interface PartScores {
  readonly name: string;
  readonly scores: Float64Array;
  readonly rarities: Float64Array;
}

/** What the ensemble says of rows, and what each part does. */
export interface SeriesScores {
  readonly scores: Float64Array;
  readonly parts: readonly PartScores[];
}

/**
 * The ensemble of series: detectors that follow rows in their order and err differently, the score of each as how rare
 * it is among the usual ones, and these combined. Of several fields what was told
 * fades and does not end with the windows that showed it, since what follows a fault is not yet known to be sound.
 *
 * Of several fields it has principal components of windows, of rows and of their means; of one field the surprisal of
 * its sequence, with the hour where it is given, and neighbours of its windows. It collects the first rows and says
 * nothing; then its parts take them, and what they score on the later of them tells how high usual scores go. Parts and
 * tails are fitted anew every so many rows; with a very large `every` what came first stays what is usual.
 *
 * @see combineLately
 */
export const seriesEnsemble: DetectorKind<SeriesEnsemble, typeof OPTIONS> = {
  name: 'series-ensemble',
  cost: 'dear',
  options: OPTIONS,
  fieldOrder: 'free',
  rowOrder: 'matters',
  create: (width, given = {}, seed = 0) => new SeriesEnsemble(width, completeOptions(NAME, OPTIONS, given), seed),
  restore: (bytes) => SeriesEnsemble.restore(decodeState(bytes, NAME, VERSION)),
};

const NAME = 'series-ensemble';
const VERSION = 2;

/** A detector of that kind, which also says what its parts do. */
export class SeriesEnsemble implements IncrementalDetector {
  readonly kind = NAME;
  readonly width: number;
  readonly stateBytes: number;
  readonly #options: SeriesOptions;
  readonly #seed: number;
  readonly #made: SeriesParts;
  readonly #parts: readonly SeriesPart[];
  /** The first rows, until there are enough of them. */
  #waiting: Float64Array;
  #seen = 0;
  #tails: readonly TailModel[] = [];
  /** The latest scores of each part, in rings, and how many there were. */
  readonly #usual: readonly Float64Array[];
  #counted = 0;
  /** What each part said of the latest row. */
  readonly #late: Float64Array;
  /** What they said of the latest rows. */
  readonly #lately: Lately;

  constructor(width: number, options: SeriesOptions, seed: number) {
    const judged = width - options.given;
    if (!Number.isInteger(width) || width < 1 || judged < 1) {
      const message = `Cannot make ${NAME} of rows of ${width} fields of which ${options.given} are given`;
      throw new DetectError('DETECT_SHAPE_MISMATCH', message, { hint: 'Give it at least one field to judge' });
    }
    this.width = width;
    this.#options = options;
    this.#seed = seed;
    this.#made = judged === 1 ? PARTS_OF_ONE : PARTS_OF_MANY;
    const { first, every, given } = options;
    const memory = Math.max(first, options.memory);
    this.#parts = this.#made.parts.map(({ create }) => create({ judged, given, first, memory, every, seed }));
    this.#waiting = new Float64Array(first * width);
    const kept = memory - Math.floor(this.#made.uncounted * memory);
    this.#usual = this.#parts.map(() => new Float64Array(kept));
    this.#late = new Float64Array(this.#parts.length);
    this.#lately = beginLately(this.#parts.length, this.#made.agreement);
    const { grid, tail } = emptyTailModel();
    const ofPart = 8 * (kept + this.#made.agreement.within) + grid.byteLength + tail.byteLength + 200;
    this.stateBytes = this.#parts.reduce((sum, { stateBytes }) => sum + stateBytes + ofPart, 2048 + 8 * first * width);
  }

  static restore(entries: ReadonlyMap<string, number | StateArray>): SeriesEnsemble {
    const number = (name: string): number => {
      const value = entries.get(name);
      if (typeof value === 'number') return value;
      throw unfit(`${name} is missing`);
    };
    const given = new Map(Object.keys(OPTIONS).map((name) => [name, number(`option ${name}`)]));
    const restored = new SeriesEnsemble(number('width'), completeOptions(NAME, OPTIONS, given), number('seed'));
    restored.#take(entries, number('seen'), number('counted'));
    return restored;
  }

  get seen(): number {
    return this.#seen;
  }

  /** What it says of the rows that tell what is usual, by what is known now; empty before it says anything. */
  get usual(): SeriesScores {
    return this.#usualBy(beginLately(this.#parts.length, this.#made.agreement));
  }

  #usualBy(lately: Lately): SeriesScores {
    const kept = this.#usual[0]!.length;
    const count = Math.min(this.#counted, kept);
    const parts = this.#made.parts.map(({ name }, i): PartScores => {
      const own = this.#usual[i]!;
      const scores = Float64Array.from({ length: count }, (_, k) => own[(this.#counted - count + k) % kept]!);
      return { name, scores, rarities: this.#faded(this.#raritiesOf(i, scores), 0) };
    });
    return {
      scores: combineLately(
        lately,
        parts.map(({ rarities }) => rarities),
        this.#made.agreement,
      ),
      parts,
    };
  }

  learn(rows: Rows): void {
    this.stepParts(rows);
  }

  step(rows: Rows, scores: Float64Array): void {
    this.#check(rows, scores);
    scores.set(this.stepParts(rows).scores);
  }

  /** What it and each part says of rows, which it learns one after the other; 0 while the first rows are collected. */
  stepParts(rows: Rows): SeriesScores {
    this.#check(rows);
    const { first, every } = this.#options;
    const tamed = tameRows(rows);
    const said = this.#made.parts.map(({ name }): PartScores => {
      return { name, scores: new Float64Array(rows.count), rarities: new Float64Array(rows.count) };
    });
    const scores = new Float64Array(rows.count);
    for (let from = 0; from < rows.count;) {
      const due = this.#seen < first ? first - this.#seen : every - ((this.#seen - first) % every);
      const to = Math.min(rows.count, from + due);
      const block = sliceRows(tamed, from, to);
      if (this.#seen < first) this.#wait(block);
      else scores.set(this.#follow(block, said, from), from);
      from = to;
    }
    return { scores, parts: said };
  }

  score(rows: Rows, scores: Float64Array): void {
    this.#check(rows, scores);
    scores.set(combineNext(this.#lately, this.#rarities(tameRows(rows)), this.#made.agreement));
  }

  /** What the parts say, each weighed by its share in the score. */
  explain(rows: Rows): Float64Array {
    this.#check(rows);
    const shares = new Float64Array(rows.values.length);
    if (this.#tails.length === 0) return shares;
    const tamed = tameRows(rows);
    const rarities = this.#rarities(tamed);
    const weights = Array.from({ length: rows.count }, (_, row) => sharesOfRarities(rarities.map((own) => own[row]!)));
    for (const [i, part] of this.#parts.entries()) {
      const own = part.explain(tamed);
      for (let at = 0; at < own.length; at++) {
        shares[at] = shares[at]! + weights[Math.floor(at / this.width)]![i]! * own[at]!;
      }
    }
    return shares;
  }

  snapshot(): Uint8Array {
    const entries: Record<string, number | StateArray> = {
      width: this.width,
      seed: this.#seed,
      seen: this.#seen,
      counted: this.#counted,
    };
    for (const [name, value] of Object.entries(this.#options)) entries[`option ${name}`] = value;
    if (this.#tails.length === 0) entries['waiting'] = this.#waiting.subarray(0, this.#seen * this.width);
    else Object.assign(entries, { late: this.#late, lately: this.#lately.ring, 'lately taken': this.#lately.rows });
    for (const [i, { grid, tail }] of this.#tails.entries()) {
      entries[`part ${i}`] = this.#parts[i]!.snapshot();
      entries[`usual ${i}`] = this.#usual[i]!;
      entries[`grid ${i}`] = grid;
      entries[`tail ${i}`] = tail;
    }
    return encodeState(NAME, VERSION, entries);
  }

  #take(entries: ReadonlyMap<string, number | StateArray>, seen: number, counted: number): void {
    const numbers = (name: string, length: number): Float64Array => {
      const value = entries.get(name);
      if (value instanceof Float64Array && value.length === length) return value;
      throw unfit(`${name} is missing or of another form`);
    };
    if (!Number.isInteger(seen) || seen < 0 || !Number.isInteger(counted) || counted < 0)
      throw unfit(`it says that it has seen ${seen} rows and counted ${counted}`);
    this.#seen = seen;
    this.#counted = counted;
    if (seen < this.#options.first) {
      this.#waiting.set(numbers('waiting', seen * this.width));
      return;
    }
    this.#waiting = new Float64Array(0);
    this.#late.set(numbers('late', this.#late.length));
    this.#lately.ring.set(numbers('lately', this.#lately.ring.length));
    this.#lately.rows.set(numbers('lately taken', 1));
    const { grid, tail } = emptyTailModel();
    this.#tails = this.#parts.map((part, i) => {
      const bytes = entries.get(`part ${i}`);
      if (!(bytes instanceof Uint8Array)) throw unfit(`part ${i} is missing`);
      part.restore(bytes);
      this.#usual[i]!.set(numbers(`usual ${i}`, this.#usual[i]!.length));
      return { grid: numbers(`grid ${i}`, grid.length), tail: numbers(`tail ${i}`, tail.length) };
    });
  }

  /** Collects rows; with the last of them the parts begin. */
  #wait(rows: Rows): void {
    this.#waiting.set(rows.values, this.#seen * this.width);
    this.#seen += rows.count;
    const { first } = this.#options;
    if (this.#seen < first) return;
    const all = rowsOf(this.#waiting, this.width);
    const scores = this.#parts.map((part) => {
      const own = new Float64Array(first);
      part.begin(all, own);
      return own.subarray(Math.floor(this.#made.uncounted * first));
    });
    this.#waiting = new Float64Array(0);
    this.#count(scores);
    this.#fit();
    this.#late.set(this.#usualBy(this.#lately).parts.map(({ rarities }) => rarities.at(-1) ?? 0));
  }

  /** Scores and learns rows up to the next fit; what its parts say goes from a row of `said` on. */
  #follow(rows: Rows, said: readonly PartScores[], from: number): Float64Array {
    const rarities: Float64Array[] = [];
    const scores = this.#parts.map((part, i) => {
      const own = said[i]!.scores.subarray(from, from + rows.count);
      part.step(rows, own);
      const rare = this.#faded(this.#raritiesOf(i, own), this.#late[i]!);
      said[i]!.rarities.set(rare, from);
      this.#late[i] = rare.at(-1)!;
      rarities.push(rare);
      return own;
    });
    this.#count(scores);
    this.#seen += rows.count;
    const { first, every } = this.#options;
    if ((this.#seen - first) % every === 0) this.#fit();
    return combineLately(this.#lately, rarities, this.#made.agreement);
  }

  /** Takes scores among the usual ones. */
  #count(scores: readonly Float64Array[]): void {
    for (const [i, own] of scores.entries()) {
      const ring = this.#usual[i]!;
      for (let row = 0; row < own.length; row++) ring[(this.#counted + row) % ring.length] = own[row]!;
    }
    this.#counted += scores[0]!.length;
  }

  #fit(): void {
    this.#tails = this.#usual.map((ring) => fitTailModel(ring.slice(0, Math.min(this.#counted, ring.length))));
  }

  /** How rare each row is for each part, each as if it came next; 0 before it says anything. */
  #rarities(rows: Rows): Float64Array[] {
    return this.#parts.map((part, i) => {
      const scores = new Float64Array(rows.count);
      if (this.#tails.length === 0) return scores;
      part.score(rows, scores);
      const before = this.#late[i]! * this.#kept;
      return this.#raritiesOf(i, scores).map((rarity) => Math.max(rarity, before));
    });
  }

  /** Rarities of rows that follow each other, each no less than what is left of the one before: changed in place. */
  #faded(rarities: Float64Array, before: number): Float64Array {
    let late = before;
    for (let row = 0; row < rarities.length; row++) {
      late = Math.max(rarities[row]!, late * this.#kept);
      rarities[row] = late;
    }
    return rarities;
  }

  /** The share of what was told of a row that the next one keeps. */
  get #kept(): number {
    return 1 - 1 / this.#made.fades;
  }

  #raritiesOf(part: number, scores: Float64Array): Float64Array {
    const tail = this.#tails[part];
    return tail === undefined ? new Float64Array(scores.length) : scores.map((score) => rarityOf(tail, score));
  }

  #check(rows: Rows, scores?: Float64Array): void {
    if (rows.width !== this.width || (scores !== undefined && scores.length < rows.count)) {
      const message = `Cannot use ${rows.count} rows of ${rows.width} fields and ${scores?.length ?? 'no'} scores with ${NAME}`;
      throw new DetectError('DETECT_SHAPE_MISMATCH', message, { hint: `It knows rows of ${this.width} fields` });
    }
  }
}

function unfit(what: string): DetectError {
  return new DetectError('DETECT_STATE_UNFIT', `Cannot restore ${NAME}: ${what}`, {
    hint: 'Restore an older snapshot, or let it learn anew',
  });
}
