import { defineIncremental } from '../define-detector.ts';
import type { OptionsOf } from '../detector.ts';
import type { Rows } from '../rows.ts';
import { countAfter, probabilityAfter } from './symbol-counts.ts';
import type { ContextTable } from './symbol-counts.ts';

const OPTIONS = {
  levels: { standard: 10, least: 4, greatest: 30, whole: true, about: 'steps that the range of a field is cut into' },
  first: {
    standard: 400,
    least: 2,
    greatest: 1e9,
    whole: true,
    about: 'rows that the ranges of fields are taken from, and nothing else',
  },
  memory: {
    standard: 65_536,
    least: 16,
    greatest: 1e9,
    whole: true,
    about: 'counts of one symbol after one context before they fade',
  },
  given: {
    standard: 0,
    least: 0,
    greatest: 8,
    whole: true,
    about: 'last fields that are not judged and that others are judged by, such as the hour of the day',
  },
} as const;

type SurprisalOptions = OptionsOf<typeof OPTIONS>;

/** State of plain arrays; a place for each field and resolution, or more. */
type SurprisalState = {
  /** Least and greatest of the first values of each field. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** How many rows were learnt. */
  readonly rows: Float64Array;
  /** The two latest symbols of each field at each resolution. */
  readonly latest: Int32Array;
  /** How far each expert is trusted. */
  readonly weights: Float64Array;
  readonly counts: Uint32Array;
};

/** A field is cut as finely as asked, and a little more coarsely and finely: where a cut falls then matters less. */
const SPREAD_OF_LEVELS = [-2, 0, 2] as const;
const RESOLUTIONS = SPREAD_OF_LEVELS.length;
/** Besides the steps of the range there are what is above and what is below it, by more than a tenth. */
const BEYOND = 2;
const MARGIN = 0.1;
/** What is given is a whole number below this. */
const GIVEN_SYMBOLS = 32;
/** How often a symbol came at all is halved here, far below what a counter holds. */
const MOST_OF_ALL = 2 ** 31;
/** Trust that each expert keeps whatever it said, so that it can come back. */
const FIXED_SHARE = 0.01;

/**
 * How surprising a value is after those before it: −ln of its probability, the greatest over the fields.
 *
 * Each field becomes a sequence of symbols, the steps of its range, at three resolutions. Experts foretell the next
 * symbol: by the last, by the last two, and by each field that is given, alone and with the last. They are mixed by how
 * well each did, and the scores of the resolutions are averaged. So it sees an order that was never there, a level at
 * the wrong hour, and a command after the wrong one.
 *
 * @see Cesa-Bianchi and Lugosi, "Prediction, learning and games" (2006), chapter 5 (tracking the best expert)
 */
export const sequenceSurprisal = defineIncremental({
  name: 'sequence-surprisal',
  version: 1,
  cost: 'moderate',
  options: OPTIONS,
  fieldOrder: 'free',
  rowOrder: 'matters',
  stateBytes: (width, options) =>
    2 * 8 * width +
    8 +
    (2 * 4 + 8 * expertsOf(options)) * RESOLUTIONS * judgedOf(width, options) +
    4 * countsOf(width, options),
  begin: ({ width, options }): SurprisalState => ({
    low: new Float64Array(width).fill(Infinity),
    high: new Float64Array(width).fill(-Infinity),
    rows: new Float64Array(1),
    latest: new Int32Array(2 * RESOLUTIONS * judgedOf(width, options)),
    weights: new Float64Array(expertsOf(options) * RESOLUTIONS * judgedOf(width, options)).fill(1 / expertsOf(options)),
    counts: new Uint32Array(countsOf(width, options)),
  }),
  learn(state, rows, { options }) {
    for (let row = 0; row < rows.count; row++) learnRow(state, rows, row, options);
  },
  score(state, rows, scores, { options }) {
    for (let row = 0; row < rows.count; row++) scores[row] = greatestSurprisal(state, rows, row, options);
  },
  step(state, rows, scores, { options }) {
    for (let row = 0; row < rows.count; row++) {
      scores[row] = greatestSurprisal(state, rows, row, options);
      learnRow(state, rows, row, options);
    }
  },
  fault: ({ rows, counts }, width, options) =>
    rows[0]! >= 0 && counts.length === countsOf(width, options) ? undefined : 'its counts do not fit',
  typical: ({ low, high }) => low.map((least, field) => (least <= high[field]! ? (least + high[field]!) / 2 : 0)),
  explain(state, rows, shares, { options }) {
    const judged = judgedOf(rows.width, options);
    for (let i = 0; i < rows.values.length; i++) {
      const field = i % rows.width;
      shares[i] = field < judged ? surprisalOf(state, rows, Math.floor(i / rows.width), field, options) : 0;
    }
  },
});

function greatestSurprisal(state: SurprisalState, rows: Rows, row: number, options: SurprisalOptions): number {
  let greatest = 0;
  for (let field = 0; field < judgedOf(rows.width, options); field++) {
    greatest = Math.max(greatest, surprisalOf(state, rows, row, field, options));
  }
  return greatest;
}

/** −ln of the probability of a value, averaged over the resolutions; 0 where it is missing or ranges are not known yet. */
function surprisalOf(state: SurprisalState, rows: Rows, row: number, field: number, options: SurprisalOptions): number {
  const value = rows.values[row * rows.width + field]!;
  if (value !== value || state.rows[0]! < options.first) return 0;
  let sum = 0;
  for (let resolution = 0; resolution < RESOLUTIONS; resolution++) {
    const view = viewOf(state, rows, row, field, resolution, options);
    const own = probabilities(view);
    sum -= Math.log(own.reduce((all, probability, k) => all + probability * state.weights[view.weightsAt + k]!, 0));
  }
  return Math.max(0, sum / RESOLUTIONS);
}

/** The first rows say what the ranges of their fields are, and what comes after is counted. */
function learnRow(state: SurprisalState, rows: Rows, row: number, options: SurprisalOptions): void {
  const { low, high } = state;
  const seen = state.rows[0]!;
  state.rows[0] = seen + 1;
  if (seen >= options.first) return countRow(state, rows, row, options);
  for (let field = 0; field < rows.width; field++) {
    const value = rows.values[row * rows.width + field]!;
    if (value < low[field]!) low[field] = value;
    if (value > high[field]!) high[field] = value;
  }
}

function countRow(state: SurprisalState, rows: Rows, row: number, options: SurprisalOptions): void {
  for (let field = 0; field < judgedOf(rows.width, options); field++) {
    const value = rows.values[row * rows.width + field]!;
    if (value !== value) continue;
    for (let resolution = 0; resolution < RESOLUTIONS; resolution++) {
      const view = viewOf(state, rows, row, field, resolution, options);
      trustAnew(state.weights, view.weightsAt, probabilities(view));
      for (const { table, context } of view.experts) countAfter(table, context, view.symbol, options.memory);
      countAfter(view.base, 0, view.symbol, MOST_OF_ALL);
      state.latest[view.latestAt + 1] = state.latest[view.latestAt]!;
      state.latest[view.latestAt] = view.symbol;
    }
  }
}

/** Bayes' rule, with a little of everybody's trust shared out. */
function trustAnew(weights: Float64Array, at: number, own: readonly number[]): void {
  let sum = 0;
  for (let k = 0; k < own.length; k++) sum += weights[at + k]! * own[k]!;
  for (let k = 0; k < own.length; k++) {
    weights[at + k] = (1 - FIXED_SHARE) * ((weights[at + k]! * own[k]!) / sum) + FIXED_SHARE / own.length;
  }
}

/** What one field's next symbol is foretold from, at one resolution. */
interface View {
  readonly symbol: number;
  readonly experts: readonly { readonly table: ContextTable; readonly context: number }[];
  /** How often each symbol came at all. */
  readonly base: ContextTable;
  readonly weightsAt: number;
  readonly latestAt: number;
}

function viewOf(
  state: SurprisalState,
  { values, width }: Rows,
  row: number,
  field: number,
  resolution: number,
  options: SurprisalOptions,
): View {
  const { counts, latest } = state;
  const symbols = symbolsAt(resolution, options);
  const latestAt = 2 * (field * RESOLUTIONS + resolution);
  const [last, before] = [latest[latestAt]!, latest[latestAt + 1]!];
  let offset = field * countsOfField(options);
  for (let each = 0; each < resolution; each++) offset += countsOfResolution(each, options);
  const table = (contexts: number): ContextTable => {
    const made = { counts, offset, symbols };
    offset += contexts * symbols;
    return made;
  };
  const base = table(1);
  const experts = [
    { table: table(symbols), context: last },
    { table: table(symbols * symbols), context: last * symbols + before },
  ];
  for (let i = width - options.given; i < width; i++) {
    const given = givenSymbol(values[row * width + i]!);
    experts.push(
      { table: table(GIVEN_SYMBOLS), context: given },
      { table: table(GIVEN_SYMBOLS * symbols), context: given * symbols + last },
    );
  }
  return {
    symbol: symbolOf(state, field, values[row * width + field]!, symbols - BEYOND),
    experts,
    base,
    weightsAt: (field * RESOLUTIONS + resolution) * experts.length,
    latestAt,
  };
}

/** What each expert gives the symbol that came. */
function probabilities({ base, experts, symbol }: View): readonly number[] {
  const fallback = baseProbability(base, symbol);
  return experts.map(({ table, context }) => probabilityAfter(table, context, symbol, fallback));
}

/** How often the symbol came at all, with one of all symbols together counted ahead. */
function baseProbability({ counts, offset, symbols }: ContextTable, symbol: number): number {
  let all = 0;
  for (let i = offset; i < offset + symbols; i++) all += counts[i]!;
  return (counts[offset + symbol]! + 1 / symbols) / (all + 1);
}

/** The step of the range that a value is in; behind the steps what is above the range, then what is below. */
function symbolOf({ low, high }: SurprisalState, field: number, value: number, levels: number): number {
  const least = low[field]!;
  const width = high[field]! - least;
  // Of a field that was constant any other value is beyond.
  const margin = width > 0 ? MARGIN * width : 1e-9 * Math.max(1, Math.abs(least));
  if (value > high[field]! + margin) return levels;
  if (value < least - margin) return levels + 1;
  const place = width > 0 ? Math.floor(((value - least) / width) * levels) : 0;
  return Math.min(levels - 1, Math.max(0, place));
}

function givenSymbol(value: number): number {
  return value >= 0 ? Math.floor(value) % GIVEN_SYMBOLS : 0;
}

function judgedOf(width: number, { given }: SurprisalOptions): number {
  return Math.max(0, width - given);
}

function expertsOf({ given }: SurprisalOptions): number {
  return 2 + 2 * given;
}

function symbolsAt(resolution: number, { levels }: SurprisalOptions): number {
  return levels + SPREAD_OF_LEVELS[resolution]! + BEYOND;
}

function countsOfResolution(resolution: number, options: SurprisalOptions): number {
  const symbols = symbolsAt(resolution, options);
  return symbols * (1 + symbols + symbols * symbols + options.given * GIVEN_SYMBOLS * (1 + symbols));
}

function countsOfField(options: SurprisalOptions): number {
  return SPREAD_OF_LEVELS.reduce<number>((sum, _, resolution) => sum + countsOfResolution(resolution, options), 0);
}

function countsOf(width: number, options: SurprisalOptions): number {
  return judgedOf(width, options) * countsOfField(options);
}
