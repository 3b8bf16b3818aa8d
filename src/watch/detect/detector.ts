import type { Rows } from './rows.ts';
import type { StateArena } from './state-arena.ts';

/**
 * What one value costs, in orders of magnitude: `cheap` is for every value of every device, `moderate` for every row,
 * `dear` for windows that look odd already.
 */
export type CostClass = 'cheap' | 'moderate' | 'dear';

/**
 * A detector: learns what is normal for rows of one width, and scores rows by how far they are from it.
 *
 * Scores are finite, not negative, and higher where a row is more anomalous; their scale is the detector's own, so
 * scores of two detectors are compared through a calibration only. While nothing was learnt every score is 0.
 * Missing values and values beyond ±1e100 are neither learnt nor held against a row. Blocks are read, never kept.
 */
export interface Detector {
  readonly kind: string;
  readonly width: number;
  /** Rows that its knowledge rests on. */
  readonly seen: number;
  /** The most bytes that a snapshot of it can take, however much it learns; its memory is of the same size. */
  readonly stateBytes: number;

  /**
   * Learns rows. A fitted detector forgets what it knew; an incremental one adds the rows in their order.
   *
   * @throws {DetectError} DETECT_SHAPE_MISMATCH if rows are not of the detector's width
   */
  learn(rows: Rows): void;

  /**
   * Scores rows, each as if it came next; learns nothing and changes nothing.
   *
   * @param scores one place for each row
   * @throws {DetectError} DETECT_SHAPE_MISMATCH if rows are not of the detector's width, or scores too few
   */
  score(rows: Rows, scores: Float64Array): void;

  /**
   * What each field contributes to the score of each row: shares that are not negative and sum up to 1, or are all 0
   * where nothing in the row is unusual.
   *
   * @returns as many values as the block has
   */
  explain(rows: Rows): Float64Array;

  /** Its whole state; a detector that is restored from it goes on as this one would. */
  snapshot(): Uint8Array;
}

/** A detector that learns as it goes. */
export interface IncrementalDetector extends Detector {
  /** Scores each row, then learns it, before the next is scored: `score` and `learn` row by row, in one pass. */
  step(rows: Rows, scores: Float64Array): void;
}

/**
 * A detector of the cheap tier: its state is arrays that stay where they are, so that one object can take the places of
 * many devices in turn.
 */
export interface MovableDetector extends IncrementalDetector {
  /** Puts its state into an arena; once, before it has learnt anything. */
  moveInto(arena: StateArena): void;
  /**
   * Goes on from a snapshot of a detector of the same kind, width and settings.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT or FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT
   */
  resume(bytes: Uint8Array): void;
}

/** A detector whose score is the greatest of what it says of each field by itself. */
export interface FieldwiseDetector extends MovableDetector {
  /**
   * Scores each field of each row as if the row came next; NaN where a value is missing or is none that it judges.
   *
   * @param scores one place for each value
   */
  scoreFields(rows: Rows, scores: Float64Array): void;
  /** The same, and learns each row before the next is scored. */
  stepFields(rows: Rows, scores: Float64Array): void;
}

/** A setting of a kind of detector: a number within bounds. */
export interface Option {
  readonly standard: number;
  readonly least: number;
  readonly greatest: number;
  readonly whole: boolean;
  readonly about: string;
}

export type OptionTable = Readonly<Record<string, Option>>;

/** The values of all settings. */
export type OptionsOf<T extends OptionTable> = { readonly [K in keyof T]: number };

/** A kind of detector: how to make one, and what it promises. */
export interface DetectorKind<D extends Detector = Detector, T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly cost: CostClass;
  readonly options: T;
  /**
   * What happens to scores when the fields of all rows are put into another order: `free` gives the same scores,
   * `seeded` gives scores that differ as those of another seed do.
   */
  readonly fieldOrder: 'free' | 'seeded';
  /** Whether the order of the rows matters; if not, scores do not change when learnt rows are shuffled. */
  readonly rowOrder: 'free' | 'seeded' | 'matters';

  /**
   * A detector that has learnt nothing.
   *
   * @param width fields of a row
   * @param options settings that differ from the standard ones
   * @param seed of all that it draws at random
   * @throws {DetectError} DETECT_OPTION_INVALID if a setting is unknown or out of bounds
   */
  create(width: number, options?: Partial<OptionsOf<T>>, seed?: number): D;

  /**
   * A detector from a snapshot, of the same width, options and seed.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT or FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT if the state is sound and yet cannot be one of this kind
   */
  restore(bytes: Uint8Array): D;
}
