import type { DetectorKind, FieldwiseDetector, OptionsOf, OptionTable } from './detector.ts';
import { Incremental, kindOf } from './define-detector.ts';
import type { IncrementalRecipe, PlainState, Recipe, Setting } from './define-detector.ts';
import { DetectError } from './errors.ts';
import type { Rows } from './rows.ts';

/** A detector that judges each field by itself. */
export interface FieldwiseRecipe<S extends PlainState, T extends OptionTable> extends Pick<
  Recipe<S, T>,
  'name' | 'version' | 'options' | 'stateBytes' | 'fault'
> {
  /** Where the order of the rows makes no difference. */
  readonly rowOrder?: DetectorKind['rowOrder'];
  /** The state before the first row: arrays of their final lengths. */
  readonly begin: (setting: Setting<T>) => S;
  /** The score of a value that is there, not negative; NaN where the field is none that is judged. */
  readonly scoreField: (state: S, field: number, value: number, options: OptionsOf<T>) => number;
  /**
   * The same for a row, for detectors that see every reading: scores from `at` on, NaN for values that are missing. Without it
   * `scoreField` is called for each value, which takes several times as long.
   */
  readonly scoreRow?: (state: S, values: Float64Array, at: number, scores: Float64Array, options: OptionsOf<T>) => void;
  /** Adds one row in place. Missing values come as NaN. */
  readonly learnRow: (state: S, values: Float64Array, at: number, options: OptionsOf<T>) => void;
  /** The typical value of each field. */
  readonly typical: (state: S) => Float64Array;
}

/** Makes a kind of detector of what it says of each field: its score is the greatest of them, their squares the shares. */
export function defineFieldwise<S extends PlainState, T extends OptionTable>(
  recipe: FieldwiseRecipe<S, T>,
): DetectorKind<FieldwiseDetector, T> {
  const whole = wholeOf(recipe);
  return kindOf<FieldwiseDetector, S, T>(whole, (options, width, seed, restored) => {
    const shell = new Fieldwise(whole, recipe, options, width, seed);
    if (restored !== undefined) shell.restore(restored);
    return shell;
  });
}

function wholeOf<S extends PlainState, T extends OptionTable>(recipe: FieldwiseRecipe<S, T>): IncrementalRecipe<S, T> {
  const { rowOrder = 'matters', begin, scoreField, scoreRow: _, learnRow, typical, ...named } = recipe;
  const greatest = (state: S, { values, width }: Rows, row: number, options: OptionsOf<T>): number => {
    let most = 0;
    for (let field = 0, at = row * width; field < width; field++, at++) {
      const value = values[at]!;
      if (value !== value) continue;
      const score = scoreField(state, field, value, options);
      if (score > most) most = score;
    }
    return most;
  };
  return {
    ...named,
    cost: 'cheap',
    fieldOrder: 'free',
    rowOrder,
    begin,
    learn(state, { values, width, count }, { options }) {
      for (let row = 0; row < count; row++) learnRow(state, values, row * width, options);
    },
    score(state, rows, scores, { options }) {
      for (let row = 0; row < rows.count; row++) scores[row] = greatest(state, rows, row, options);
    },
    step(state, rows, scores, { options }) {
      for (let row = 0; row < rows.count; row++) {
        scores[row] = greatest(state, rows, row, options);
        learnRow(state, rows.values, row * rows.width, options);
      }
    },
    typical,
    explain(state, { values, width }, shares, { options }) {
      for (let i = 0; i < values.length; i++) {
        const score = values[i] === values[i] ? scoreField(state, i % width, values[i]!, options) : NaN;
        shares[i] = score === score ? score ** 2 : 0;
      }
    },
  };
}

/** Scores stay below this, so that squares of them stay finite. */
const GREATEST_SCORE = 1e100;

class Fieldwise<S extends PlainState, T extends OptionTable> extends Incremental<S, T> implements FieldwiseDetector {
  readonly #recipe: FieldwiseRecipe<S, T>;

  constructor(
    whole: IncrementalRecipe<S, T>,
    recipe: FieldwiseRecipe<S, T>,
    options: OptionsOf<T>,
    width: number,
    seed: number,
  ) {
    super(whole, options, width, seed);
    this.#recipe = recipe;
  }

  scoreFields(rows: Rows, scores: Float64Array): void {
    this.#checkRoom(rows, scores);
    const { values, count } = this.tame(rows);
    for (let row = 0; row < count; row++) this.#scoreRow(values, row * this.width, scores);
  }

  stepFields(rows: Rows, scores: Float64Array): void {
    this.#checkRoom(rows, scores);
    const { values, count } = this.tame(rows);
    for (let row = 0; row < count; row++) {
      this.#scoreRow(values, row * this.width, scores);
      this.#recipe.learnRow(this.state, values, row * this.width, this.setting.options);
      this.rowsSeen += 1;
    }
  }

  #scoreRow(values: Float64Array, at: number, scores: Float64Array): void {
    const { width, state } = this;
    const { options } = this.setting;
    const { scoreField, scoreRow } = this.#recipe;
    if (scoreRow !== undefined) scoreRow(state, values, at, scores, options);
    else {
      for (let i = at; i < at + width; i++) {
        const value = values[i]!;
        scores[i] = value === value ? scoreField(state, i - at, value, options) : NaN;
      }
    }
    // Nothing is unusual before one row is known.
    const known = this.rowsSeen > 0;
    for (let i = at; i < at + width; i++) {
      const score = scores[i]!;
      if (score > GREATEST_SCORE) scores[i] = GREATEST_SCORE;
      else if (!known) scores[i] = score * 0;
    }
  }

  #checkRoom(rows: Rows, scores: Float64Array): void {
    this.checkShape(rows);
    if (scores.length >= rows.count * rows.width) return;
    const message = `Cannot score the fields of ${rows.count} rows with ${this.kind}: there is room for ${scores.length} scores`;
    throw new DetectError('DETECT_SHAPE_MISMATCH', message);
  }
}
