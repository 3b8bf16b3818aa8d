import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import type { IncrementalDetector } from '../detector.ts';
import { DetectError } from '../errors.ts';
import { rowsOf } from '../rows.ts';
import type { Rows } from '../rows.ts';
import { sequenceSurprisal } from '../sequence/sequence-surprisal.ts';
import { windowNeighbours } from '../sequence/window-neighbours.ts';
import { POWER } from './combine-rarities.ts';
import type { Agreement } from './combine-lately.ts';
import { beginMeans, meanWith, takeIntoMeans } from './running-means.ts';
import { LastScore } from './last-score.ts';
import type { MeansState } from './running-means.ts';
import { beginScoreLevel, followScoreLevel, heldToLevel, settleScoreLevel } from './score-level.ts';
import type { ScoreLevel } from './score-level.ts';
import { beginSteady, followSlowly, holdSteady, tellWandering } from './steady-fields.ts';
import type { SteadyState } from './steady-fields.ts';
import { windowedComponents } from './windowed-components.ts';

/** What parts are made with. */
export interface SeriesSetting {
  /** Fields of a row that are judged, and those that follow them and others are judged by. */
  readonly judged: number;
  readonly given: number;
  /** Rows that come before anything is said. */
  readonly first: number;
  /** Latest rows that parts and the tails of their scores rest on. */
  readonly memory: number;
  /** Rows from one fit to the next. */
  readonly every: number;
  readonly seed: number;
}

/** A part of an ensemble of series. */
export interface SeriesPart {
  /** The most bytes that a snapshot of it takes. */
  readonly stateBytes: number;
  /** Takes the first rows, all at once, and scores them as far as it can. */
  begin(rows: Rows, scores: Float64Array): void;
  /** Scores each row, then learns it. */
  step(rows: Rows, scores: Float64Array): void;
  /** Scores rows, each as if it came next. */
  score(rows: Rows, scores: Float64Array): void;
  /** The share of each field in the score of each row. */
  explain(rows: Rows): Float64Array;
  snapshot(): Uint8Array;
  /**
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT or FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT
   */
  restore(bytes: Uint8Array): void;
}

/** Parts for one kind of data, and which of the first rows tell how high usual scores go. */
export interface SeriesParts {
  readonly parts: readonly { readonly name: string; readonly create: (setting: SeriesSetting) => SeriesPart }[];
  /** The share of the rows at the start whose scores do not count: the parts know them too well, or too little. */
  readonly uncounted: number;
  /** Rows over which what a part told of fades, so that a row keeps a share of 1 − 1 / `fades` of the one before; 1: none. */
  readonly fades: number;
  readonly agreement: Agreement;
}

/** Rows that windows are of, two of them or of their means: single rows see a value that is off, means a small shift that stays. */
const MEANS_OVER = [1, 5] as const;
const WINDOW = 2;
/** Rows that a score is the mean over: a fault lasts, and noise does not. Decision 38 says how it was chosen. */
const MEAN = 10;
/** The part of the first rows that components are fitted on; the others tell how high usual scores go. */
const LEARNT = 0.7;

/** For several fields: what breaks their relation to each other and to their own past, by row and by mean. */
export const PARTS_OF_MANY: SeriesParts = {
  parts: MEANS_OVER.map((over) => ({
    name: over === 1 ? 'components of rows' : `components of means over ${over}`,
    create: (setting: SeriesSetting) => new ComponentsOfMeans(setting, over),
  })),
  uncounted: LEARNT,
  // As slowly as the means that scores are.
  fades: MEAN,
  // One sees what others do not.
  agreement: { within: 1, power: POWER },
};

/** For one field: an order or a level that never was, at this hour, and a shape that never was. */
export const PARTS_OF_ONE: SeriesParts = {
  parts: [
    {
      name: sequenceSurprisal.name,
      create: ({ judged, given, first, seed }) =>
        new OfFields(
          sequenceSurprisal.create(judged + given, { given, first }, seed),
          (bytes) => sequenceSurprisal.restore(bytes),
          true,
        ),
    },
    {
      name: windowNeighbours.name,
      create: ({ judged, seed }) =>
        new OfFields(windowNeighbours.create(judged, {}, seed), (bytes) => windowNeighbours.restore(bytes), false),
    },
  ],
  uncounted: 1 / 3,
  fades: 1,
  // Both see the same event: its first row is surprising, and its shape is complete some rows later.
  agreement: { within: 50, power: 1 },
};

const NAME = 'components-of-means';
const VERSION = 3;

/**
 * Principal components of windows of means; a field that wanders is held against its own slow mean, and a score against
 * how high scores are of late.
 */
class ComponentsOfMeans implements SeriesPart {
  readonly #judged: number;
  readonly #learnt: number;
  #windowed: IncrementalDetector;
  readonly #steady: SteadyState;
  readonly #means: MeansState;
  readonly #level: ScoreLevel;
  /** The latest scores. */
  readonly #latest: MeansState;

  constructor({ judged, first, memory, every, seed }: SeriesSetting, over: number) {
    this.#judged = judged;
    this.#learnt = Math.floor(LEARNT * first);
    const most = Math.floor(LEARNT * Math.max(first, memory));
    const settings = { length: WINDOW, mean: 1, first: this.#learnt, memory: most, every };
    this.#windowed = windowedComponents.create(judged, settings, seed);
    this.#steady = beginSteady(judged);
    this.#means = beginMeans(judged, over);
    this.#level = beginScoreLevel();
    this.#latest = beginMeans(1, MEAN);
  }

  get stateBytes(): number {
    const { wandering, slow, counts } = this.#steady;
    const own = wandering.byteLength + slow.byteLength + counts.byteLength + this.#means.ring.byteLength;
    return 700 + 8 * MEAN + own + this.#windowed.stateBytes;
  }

  begin(rows: Rows, scores: Float64Array): void {
    tellWandering(this.#steady, fieldsOf(rows, this.#judged), this.#learnt);
    this.#windowed.step(this.#transformed(rows, true), scores);
    const told = scores.subarray(this.#learnt, rows.count);
    settleScoreLevel(this.#level, told);
    this.#follow(told);
  }

  step(rows: Rows, scores: Float64Array): void {
    this.#windowed.step(this.#transformed(rows, true), scores);
    this.#follow(scores.subarray(0, rows.count));
  }

  score(rows: Rows, scores: Float64Array): void {
    this.#windowed.score(this.#transformed(rows, false), scores);
    const own = new Float64Array(1);
    for (let row = 0; row < rows.count; row++) {
      own[0] = heldToLevel(this.#level, scores[row]!);
      meanWith(this.#latest, own, scores.subarray(row, row + 1));
    }
  }

  explain(rows: Rows): Float64Array {
    return widened(this.#windowed.explain(this.#transformed(rows, false)), this.#judged, rows);
  }

  snapshot(): Uint8Array {
    return encodeState(NAME, VERSION, { ...this.#numbers, windowed: this.#windowed.snapshot() });
  }

  restore(bytes: Uint8Array): void {
    const entries = decodeState(bytes, NAME, VERSION);
    for (const [name, into] of Object.entries(this.#numbers)) fill(entries, name, into);
    const windowed = entries.get('windowed');
    if (!(windowed instanceof Uint8Array)) throw unfit('its windows are missing');
    this.#windowed = windowedComponents.restore(windowed);
    if (this.#windowed.width !== this.#judged) throw unfit('its windows are of other fields');
  }

  get #numbers(): Readonly<Record<string, Float64Array | Uint8Array>> {
    const { ring, rows } = this.#latest;
    return { ...this.#steady, ...this.#means, level: this.#level.numbers, 'latest scores': ring, scored: rows };
  }

  /** Scores that follow each other become means of scores held to their level, which is followed. */
  #follow(scores: Float64Array): void {
    const own = new Float64Array(1);
    for (let row = 0; row < scores.length; row++) {
      const score = scores[row]!;
      own[0] = heldToLevel(this.#level, score);
      meanWith(this.#latest, own, scores.subarray(row, row + 1));
      takeIntoMeans(this.#latest, own);
      followScoreLevel(this.#level, score, this.#learnt);
    }
  }

  /** Means of steady rows: of rows that follow each other, which are taken in, or of rows of which each comes next. */
  #transformed(rows: Rows, follow: boolean): Rows {
    const width = this.#judged;
    const out = new Float64Array(rows.count * width);
    const steady = new Float64Array(width);
    for (let row = 0; row < rows.count; row++) {
      const own = rows.values.subarray(row * rows.width, row * rows.width + width);
      holdSteady(this.#steady, own, steady);
      meanWith(this.#means, steady, out.subarray(row * width, (row + 1) * width));
      if (!follow) continue;
      followSlowly(this.#steady, own);
      takeIntoMeans(this.#means, steady);
    }
    return rowsOf(out, width);
  }
}

/** A detector as it is, of as many of the first fields as it knows. */
class OfFields implements SeriesPart {
  #detector: IncrementalDetector;
  readonly #restore: (bytes: Uint8Array) => IncrementalDetector;
  readonly #twice: boolean;
  readonly #last = new LastScore();
  #seen = 0;

  /** @param twice whether it learns the first rows once before it follows them, as one does that takes ranges from them */
  constructor(detector: IncrementalDetector, restore: (bytes: Uint8Array) => IncrementalDetector, twice: boolean) {
    this.#detector = detector;
    this.#restore = restore;
    this.#twice = twice;
  }

  get stateBytes(): number {
    return this.#detector.stateBytes;
  }

  begin(rows: Rows, scores: Float64Array): void {
    if (this.#twice) this.#detector.learn(this.#own(rows));
    this.step(rows, scores);
  }

  step(rows: Rows, scores: Float64Array): void {
    const own = this.#own(rows);
    const known = this.#last.recall(own, this.#seen);
    if (known === null) this.#detector.step(own, scores);
    else {
      this.#detector.learn(own);
      scores[0] = known;
    }
    this.#seen += rows.count;
  }

  score(rows: Rows, scores: Float64Array): void {
    const own = this.#own(rows);
    this.#detector.score(own, scores);
    this.#last.remember(own, scores[0]!, this.#seen);
  }

  explain(rows: Rows): Float64Array {
    return widened(this.#detector.explain(this.#own(rows)), this.#detector.width, rows);
  }

  snapshot(): Uint8Array {
    return this.#detector.snapshot();
  }

  restore(bytes: Uint8Array): void {
    const restored = this.#restore(bytes);
    if (restored.width !== this.#detector.width) throw unfit('a part is of other fields');
    this.#detector = restored;
    this.#seen += 1;
  }

  #own(rows: Rows): Rows {
    return fieldsOf(rows, this.#detector.width);
  }
}

/** The first fields of all rows. */
function fieldsOf(rows: Rows, width: number): Rows {
  if (rows.width === width) return rows;
  const values = new Float64Array(rows.count * width);
  for (let row = 0; row < rows.count; row++) {
    values.set(rows.values.subarray(row * rows.width, row * rows.width + width), row * width);
  }
  return rowsOf(values, width);
}

/** Shares of the first fields as shares of all. */
function widened(shares: Float64Array, width: number, rows: Rows): Float64Array {
  if (rows.width === width) return shares;
  const out = new Float64Array(rows.values.length);
  for (let row = 0; row < rows.count; row++) {
    out.set(shares.subarray(row * width, (row + 1) * width), row * rows.width);
  }
  return out;
}

function fill(entries: ReadonlyMap<string, number | StateArray>, name: string, into: StateArray): void {
  const value = entries.get(name);
  if (value === undefined || typeof value === 'number' || value.constructor !== into.constructor)
    throw unfit(`${name} is missing or of another form`);
  if (value.length !== into.length) throw unfit(`${name} has ${value.length} values, not ${into.length}`);
  into.set(value);
}

function unfit(what: string): DetectError {
  return new DetectError('DETECT_STATE_UNFIT', `Cannot restore a part of an ensemble of series: ${what}`, {
    hint: 'Restore an older snapshot, or let it learn anew',
  });
}
