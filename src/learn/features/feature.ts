import type { PeerView } from './peer-slots.ts';

/**
 * A feature of the rows of a device: what is computed of each row and of those before it. One definition, two
 * executions: `FeatureStream` as rows come, `computeFeatures` over all of them; both give the same.
 *
 * Fields are numbered as the columns of the rows. Times are epoch microseconds. A row that is no later than the one
 * before it is *late* (or doubled): its features are all missing and it changes nothing. Categories are any numbers of
 * which equal ones are the same value. `at` is a field of times that counts instead of the time of the row.
 */
export type Feature =
  /** The value itself. */
  | { readonly kind: 'value'; readonly field: number }
  /** Change since the last value that was there, in units a second. */
  | { readonly kind: 'rate'; readonly field: number }
  /** Seconds since the row before. */
  | { readonly kind: 'gap' }
  /** Rows within the last seconds, this one included, counted up to `most`: a burst. */
  | { readonly kind: 'arrivals'; readonly seconds: number; readonly most: number }
  /** Sine and cosine of where in the period the time lies, from the epoch: 86,400 s is the time of day in UTC. */
  | { readonly kind: 'phase'; readonly seconds: number; readonly at?: number }
  /** Which of so many equal slots of the period the time lies in, counted from `offset` seconds after the epoch. */
  | {
      readonly kind: 'slot';
      readonly seconds: number;
      readonly slots: number;
      readonly offset: number;
      readonly at?: number;
    }
  /** Median of the last `rows` values that were there, this one included. */
  | { readonly kind: 'median'; readonly field: number; readonly rows: number }
  /** Their scaled median absolute deviation. */
  | { readonly kind: 'spread'; readonly field: number; readonly rows: number }
  /** Robust mean of all values, of which one counts less with its age, by one part in `memory` a value. */
  | { readonly kind: 'level'; readonly field: number; readonly memory: number }
  /** Their robust standard deviation. */
  | { readonly kind: 'noise'; readonly field: number; readonly memory: number }
  /** The value that a share `q` of them lies below, by a sketch of four numbers. */
  | { readonly kind: 'quantile'; readonly field: number; readonly q: number; readonly memory: number }
  /**
   * What the value exceeds its prediction from other fields of the same row by: by least squares over the rows before,
   * which count less with their age, by one part in `memory` a row. Missing until there are as many rows as unknowns.
   */
  | { readonly kind: 'residual'; readonly field: number; readonly from: readonly number[]; readonly memory: number }
  /**
   * How surprising a category is, by itself or after the one or two before it: −ln of its probability. Categories beyond the first
   * `symbols` are one. What was seen fades by one part in `memory` a value.
   */
  | {
      readonly kind: 'order';
      readonly field: number;
      readonly after: 0 | 1 | 2;
      readonly symbols: number;
      readonly memory: number;
    }
  /**
   * How much rarer a category comes at this time of the period than if it came evenly: ln of how many times; 0 where it
   * is no rarer. Slots beside a slot count for it too.
   */
  | {
      readonly kind: 'timing';
      readonly field: number;
      readonly seconds: number;
      readonly slots: number;
      readonly symbols: number;
      readonly memory: number;
      readonly at?: number;
    }
  /**
   * How strongly so many times repeat with one period, and that period in seconds: −ln of the chance of such a strength
   * among times that come at random, 0 where that is likely. Told with the last of them, then the next are waited for.
   */
  | { readonly kind: 'periodicity'; readonly events: number; readonly at?: number }
  /**
   * Where a value stands among those of the other devices of its group, by their means in the slot of so many seconds
   * that is two before its own: how many of their spreads from their middle, above how many of them, and of how many.
   * Missing while three others are not known. The group is no state of the device: whoever computes is given it.
   */
  | { readonly kind: 'peers'; readonly field: number; readonly seconds: number };

/** A row on its way through the features: one object, used again for each. */
export interface Row {
  time: number;
  values: Float64Array;
  /** Where the row starts in `values`. */
  at: number;
  /** The group of the device; absent where it is of none. */
  peers?: PeerView | undefined;
}

/** Computes one feature of a row, puts its columns from `at` on, and takes the row into its state. */
export type Taker = (row: Row, out: Float64Array, at: number) => void;

/** All timely rows of a device. */
export interface Series {
  /** Numbers of the rows that are later than all before them. */
  readonly rows: Int32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly width: number;
  readonly peers?: PeerView | undefined;
}

/** Puts one value of the i-th timely row. */
export type Put = (i: number, column: number, value: number) => void;

/** The bounds of a number in a definition. */
export interface Bounds {
  readonly least: number;
  readonly greatest: number;
  readonly whole: boolean;
}

/** How a kind of feature is computed: as rows come, in state of a stated size, and of all rows at once. */
export interface FeatureKind<F extends Feature> {
  /** What the names of its columns end in; one empty text where it is one column. */
  readonly columns: readonly string[];
  readonly bounds: Readonly<Record<string, Bounds>>;
  /** What is wrong with a definition that is within all bounds. */
  fault?(feature: F): string | undefined;
  /** Doubles of state for a device; it needs no more however long it runs. */
  room(feature: F): number;
  /** The state before the first row, where it is not all zeros. */
  begin?(feature: F, state: Float64Array): void;
  open(feature: F, state: Float64Array): Taker;
  series(feature: F, series: Series, put: Put): void;
}

/** The features of one kind. */
export type FeatureOf<K extends Feature['kind']> = Extract<Feature, { readonly kind: K }>;

/** The time that counts for a row. */
export function timeOf(feature: { readonly at?: number }, row: Row): number {
  return feature.at === undefined ? row.time : row.values[row.at + feature.at]!;
}

/** The same of the i-th timely row. */
export function timeIn(feature: { readonly at?: number }, { rows, times, values, width }: Series, i: number): number {
  return feature.at === undefined ? times[rows[i]!]! : values[rows[i]! * width + feature.at]!;
}

/** A value of the i-th timely row. */
export function valueIn({ rows, values, width }: Series, i: number, field: number): number {
  return values[rows[i]! * width + field]!;
}

/** All rows of a feature that is defined by a recursion: the same steps, from the first row on. */
export function seriesBySteps<F extends Feature>(
  room: (feature: F) => number,
  open: (feature: F, state: Float64Array) => Taker,
): FeatureKind<F>['series'] {
  return (feature, { rows, times, values, width }, put) => {
    const take = open(feature, new Float64Array(room(feature)));
    const out = new Float64Array(1);
    const row: Row = { time: 0, values, at: 0 };
    for (let i = 0; i < rows.length; i++) {
      row.time = times[rows[i]!]!;
      row.at = rows[i]! * width;
      take(row, out, 0);
      put(i, 0, out[0]!);
    }
  };
}
