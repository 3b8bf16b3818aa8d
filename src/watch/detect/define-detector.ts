import { decodeState, encodeState, seedRandom } from '#learn/features/index.ts';
import type { RandomState, StateArray } from '#learn/features/index.ts';
import type { CostClass, Detector, DetectorKind, MovableDetector, OptionsOf, OptionTable } from './detector.ts';
import { DetectError } from './errors.ts';
import { normaliseShares, occlude } from './occlude.ts';
import { completeOptions } from './options.ts';
import { columnMedians, tameRows } from './rows.ts';
import type { Rows } from './rows.ts';
import type { StateArena } from './state-arena.ts';

/** State of a detector as plain data, so that one codec keeps all. */
export type PlainState = { readonly [name: string]: number | StateArray };

/** What a detector's functions may know beside its state. */
export interface Setting<T extends OptionTable> {
  readonly width: number;
  readonly options: OptionsOf<T>;
  readonly random: RandomState;
}

export interface Recipe<S, T extends OptionTable> {
  readonly name: string;
  /** Of the meaning of the state; raised when an older state cannot be read any more. */
  readonly version: number;
  readonly cost: CostClass;
  readonly options: T;
  readonly fieldOrder: DetectorKind['fieldOrder'];
  readonly rowOrder: DetectorKind['rowOrder'];
  /** A bound on the bytes of the arrays of its state. */
  stateBytes(width: number, options: OptionsOf<T>): number;
  /** Scores rows; must not change the state. */
  score(state: S, rows: Rows, scores: Float64Array, setting: Setting<T>): void;
  /** Contributions of fields, not negative, of any scale. Left out, fields are occluded one by one. */
  explain?(state: S, rows: Rows, shares: Float64Array, setting: Setting<T>): void;
  /** Says what makes a decoded state impossible; only arrays whose lengths depend on each other need it. */
  fault?(state: S, width: number, options: OptionsOf<T>): string | undefined;
}

/** A detector whose model is a function of one block of rows. */
export interface FittedRecipe<S extends PlainState, T extends OptionTable> extends Recipe<S, T> {
  /** How missing values come to it: as the field's median (`typical`), or as NaN. */
  readonly missing: 'typical' | 'own';
  /** The model of at least one row. */
  fit(rows: Rows, setting: Setting<T>): S;
}

/** A detector that follows a stream. */
export interface IncrementalRecipe<S extends PlainState, T extends OptionTable> extends Recipe<S, T> {
  /** The state before the first row: arrays of their final lengths. */
  begin(setting: Setting<T>): S;
  /** Adds rows in their order, in place. Missing values come as NaN. */
  learn(state: S, rows: Rows, setting: Setting<T>): void;
  /** Scores and learns row by row. */
  step(state: S, rows: Rows, scores: Float64Array, setting: Setting<T>): void;
  /** The typical value of each field: fields are occluded with it. */
  typical(state: S): Float64Array;
}

/** Makes a kind of fitted detector of its functions. */
export function defineFitted<S extends PlainState, T extends OptionTable>(recipe: FittedRecipe<S, T>) {
  return kindOf<Detector, S, T>(recipe, (options, width, seed, restored) => {
    const shell = new Fitted(recipe, options, width, seed);
    if (restored !== undefined) shell.restore(restored);
    return shell;
  });
}

/** Makes a kind of incremental detector of its functions. */
export function defineIncremental<S extends PlainState, T extends OptionTable>(recipe: IncrementalRecipe<S, T>) {
  return kindOf<MovableDetector, S, T>(recipe, (options, width, seed, restored) => {
    const shell = new Incremental(recipe, options, width, seed);
    if (restored !== undefined) shell.restore(restored);
    return shell;
  });
}

export type Entries = Map<string, number | StateArray>;

export function kindOf<D extends Detector, S, T extends OptionTable>(
  recipe: Recipe<S, T>,
  make: (options: OptionsOf<T>, width: number, seed: number, restored?: Entries) => D,
): DetectorKind<D, T> {
  const { name, version, cost, options, fieldOrder, rowOrder } = recipe;
  return {
    name,
    cost,
    options,
    fieldOrder,
    rowOrder,
    create: (width, given = {}, seed = 0) => {
      if (!Number.isInteger(width) || width < 1 || width > MOST_FIELDS) {
        throw new DetectError('DETECT_SHAPE_MISMATCH', `Cannot make ${name} for rows of ${width} fields`, {
          hint: `Give it 1 to ${MOST_FIELDS} fields`,
        });
      }
      return make(completeOptions(name, options, given), width, seed | 0);
    },
    restore: (bytes) => {
      const entries = decodeState(bytes, name, version);
      const given = new Map<string, number>();
      for (const key of Object.keys(options)) given.set(key, takeNumber(name, entries, `option ${key}`));
      const width = takeNumber(name, entries, 'width');
      const seed = takeNumber(name, entries, 'seed');
      if (!Number.isInteger(width) || width < 1 || width > MOST_FIELDS) throw unfit(name, `width is ${width}`);
      return make(completeOptions(name, options, given), width, seed, entries);
    },
  };
}

const MOST_FIELDS = 10_000;
/** What a snapshot holds besides the arrays of the state: names, options, the shell's own numbers. */
const ENVELOPE_BYTES = 2048;
/** Scores stay below this, so that sums of them stay finite. */
const GREATEST_SCORE = 1e200;

/** What both sorts of detector share: shapes, missing values, finite scores, snapshots. */
abstract class Shell<S extends PlainState, T extends OptionTable> {
  readonly kind: string;
  readonly width: number;
  readonly stateBytes: number;
  protected state: S | undefined;
  protected setting: Setting<T>;
  /** How many rows were seen: in an array, so that it can be moved as the rest is. */
  protected counter = new Float64Array(1);
  readonly #recipe: Recipe<S, T>;
  readonly #seed: number;

  constructor(recipe: Recipe<S, T>, options: OptionsOf<T>, width: number, seed: number) {
    this.#recipe = recipe;
    this.kind = recipe.name;
    this.width = width;
    this.#seed = seed;
    this.setting = { width, options, random: seedRandom(seed) };
    this.stateBytes = recipe.stateBytes(width, options) + 8 * width + ENVELOPE_BYTES;
  }

  get seen(): number {
    return this.rowsSeen;
  }

  protected get rowsSeen(): number {
    return this.counter[0]!;
  }

  protected set rowsSeen(rows: number) {
    this.counter[0] = rows;
  }

  score(rows: Rows, scores: Float64Array): void {
    this.checkShape(rows, scores);
    if (this.state === undefined || this.rowsSeen === 0) scores.fill(0, 0, rows.count);
    else this.#recipe.score(this.state, this.tame(rows), scores, this.setting);
    keepFinite(scores, rows.count);
  }

  explain(rows: Rows): Float64Array {
    this.checkShape(rows);
    const state = this.state;
    if (state === undefined || this.rowsSeen === 0) return new Float64Array(rows.values.length);
    const tamed = this.tame(rows);
    const recipe = this.#recipe;
    if (recipe.explain === undefined) {
      return occlude(tamed, this.typicalRow(state), (trial, scores) => {
        recipe.score(state, trial, scores, this.setting);
        keepFinite(scores, trial.count);
      });
    }
    const shares = new Float64Array(rows.values.length);
    recipe.explain(state, tamed, shares, this.setting);
    return normaliseShares(shares, this.width);
  }

  snapshot(): Uint8Array {
    const entries: Record<string, number | StateArray> = {
      width: this.width,
      seed: this.#seed,
      seen: this.rowsSeen,
      random: this.setting.random,
      ...this.ownEntries(),
    };
    for (const [name, value] of Object.entries(this.setting.options)) entries[`option ${name}`] = value;
    for (const [name, value] of Object.entries(this.state ?? {})) entries[`state ${name}`] = value;
    return encodeState(this.kind, this.#recipe.version, entries);
  }

  /** Takes on a decoded state. */
  restore(entries: Entries): void {
    const random = entries.get('random');
    const seen = takeNumber(this.kind, entries, 'seen');
    if (!(random instanceof Uint32Array) || random.length !== 4) throw unfit(this.kind, 'random is no source');
    this.setting.random.set(random);
    this.rowsSeen = seen;
    this.takeOwnEntries(entries);
    const state: Record<string, number | StateArray> = {};
    for (const [name, value] of entries) if (name.startsWith('state ')) state[name.slice(6)] = value;
    this.state = this.accept(state);
    const { width, options } = this.setting;
    const fault = this.state && this.#recipe.fault?.(this.state, width, options);
    if (fault !== undefined) throw unfit(this.kind, fault);
  }

  protected abstract tame(rows: Rows): Rows;
  protected abstract typicalRow(state: S): Float64Array;
  protected abstract accept(state: PlainState): S | undefined;

  protected ownEntries(): PlainState {
    return {};
  }

  protected takeOwnEntries(_entries: Entries): void {}

  protected checkShape(rows: Rows, scores?: Float64Array): void {
    if (rows.width !== this.width) {
      const message = `Cannot use rows of ${rows.width} fields with ${this.kind}: it knows rows of ${this.width}`;
      throw new DetectError('DETECT_SHAPE_MISMATCH', message);
    }
    if (scores !== undefined && scores.length < rows.count) {
      const message = `Cannot score ${rows.count} rows with ${this.kind}: there is room for ${scores.length} scores`;
      throw new DetectError('DETECT_SHAPE_MISMATCH', message);
    }
  }
}

class Fitted<S extends PlainState, T extends OptionTable> extends Shell<S, T> implements Detector {
  readonly #fitted: FittedRecipe<S, T>;
  readonly #firstRandom: RandomState;
  #typical: Float64Array;

  constructor(recipe: FittedRecipe<S, T>, options: OptionsOf<T>, width: number, seed: number) {
    super(recipe, options, width, seed);
    this.#fitted = recipe;
    this.#firstRandom = this.setting.random.slice();
    this.#typical = new Float64Array(width);
  }

  learn(rows: Rows): void {
    this.checkShape(rows);
    if (rows.count === 0) return;
    // Always from the seed: the same rows give the same model, whatever was learnt before.
    this.setting.random.set(this.#firstRandom);
    this.#typical = columnMedians(tameRows(rows));
    this.state = this.#fitted.fit(this.tame(rows), this.setting);
    this.rowsSeen = rows.count;
  }

  protected tame(rows: Rows): Rows {
    return tameRows(rows, this.#fitted.missing === 'typical' ? this.#typical : undefined);
  }

  protected typicalRow(): Float64Array {
    return this.#typical;
  }

  protected override ownEntries(): PlainState {
    return { typical: this.#typical };
  }

  protected override takeOwnEntries(entries: Entries): void {
    const typical = entries.get('typical');
    if (!(typical instanceof Float64Array) || typical.length !== this.width) {
      throw unfit(this.kind, 'typical values are not one for each field');
    }
    this.#typical = typical;
  }

  protected accept(state: PlainState): S | undefined {
    if (this.rowsSeen === 0) return undefined;
    // The types of a model are those of a model: one of two rows tells them.
    const sample = this.#fitted.fit(
      { values: new Float64Array(2 * this.width), width: this.width, count: 2 },
      { ...this.setting, random: seedRandom(0) },
    );
    checkTypes(this.kind, sample, state);
    return state as S;
  }
}

export class Incremental<S extends PlainState, T extends OptionTable> extends Shell<S, T> implements MovableDetector {
  readonly #incremental: IncrementalRecipe<S, T>;
  declare protected state: S;

  constructor(recipe: IncrementalRecipe<S, T>, options: OptionsOf<T>, width: number, seed: number) {
    super(recipe, options, width, seed);
    this.#incremental = recipe;
    this.state = recipe.begin(this.setting);
  }

  learn(rows: Rows): void {
    this.checkShape(rows);
    this.#incremental.learn(this.state, this.tame(rows), this.setting);
    this.rowsSeen += rows.count;
  }

  step(rows: Rows, scores: Float64Array): void {
    this.checkShape(rows, scores);
    if (rows.count === 0) return;
    // The recipes score what they can from the first row on; here as in `score`, nothing is unusual before one is known.
    const first = this.rowsSeen === 0;
    this.#incremental.step(this.state, this.tame(rows), scores, this.setting);
    if (first) scores[0] = 0;
    this.rowsSeen += rows.count;
    keepFinite(scores, rows.count);
  }

  moveInto(arena: StateArena): void {
    this.state = arena.takeAll(this.state);
    this.counter = arena.take(this.counter);
    this.setting = { ...this.setting, random: arena.take(this.setting.random) };
  }

  resume(bytes: Uint8Array): void {
    const entries = decodeState(bytes, this.kind, this.#incremental.version);
    const { state: own } = this;
    const settings = { width: this.width, ...this.setting.options };
    for (const [name, value] of Object.entries(settings)) {
      const known = takeNumber(this.kind, entries, name === 'width' ? name : `option ${name}`);
      if (known !== value) throw unfit(this.kind, `${name} is ${known}, not ${value}`);
    }
    try {
      this.restore(entries);
      // Where it was moved to it stays: what was decoded is copied there.
      for (const [name, value] of Object.entries(own)) {
        if (typeof value !== 'number') value.set(this.state[name] as never);
      }
    } finally {
      this.state = own;
    }
  }

  protected tame(rows: Rows): Rows {
    return tameRows(rows);
  }

  protected typicalRow(state: S): Float64Array {
    return this.#incremental.typical(state);
  }

  protected accept(state: PlainState): S {
    checkTypes(this.kind, this.state, state);
    for (const [name, value] of Object.entries(this.state)) {
      const restored = state[name]!;
      if (typeof value !== 'number' && value.length !== (restored as StateArray).length) {
        throw unfit(this.kind, `${name} has ${(restored as StateArray).length} values, not ${value.length}`);
      }
    }
    return state as S;
  }
}

/** Overflow in a score means very unusual. */
export function keepFinite(scores: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) if (!(scores[i]! <= GREATEST_SCORE)) scores[i] = GREATEST_SCORE;
}

function checkTypes(kind: string, expected: PlainState, found: PlainState): void {
  const typeOf = (value: number | StateArray | undefined): string =>
    value === undefined ? 'nothing' : typeof value === 'number' ? 'a number' : value.constructor.name;
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  for (const name of names) {
    const [should, is] = [typeOf(expected[name]), typeOf(found[name])];
    if (should !== is) throw unfit(kind, `${name} is ${is}, not ${should}`);
  }
}

function takeNumber(kind: string, entries: Entries, name: string): number {
  const value = entries.get(name);
  if (typeof value !== 'number') throw unfit(kind, `${name} is missing`);
  return value;
}

function unfit(kind: string, what: string): DetectError {
  return new DetectError('DETECT_STATE_UNFIT', `Cannot restore ${kind}: ${what}`, {
    hint: 'Restore an older snapshot, or let it learn anew',
  });
}
