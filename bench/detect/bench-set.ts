/** A line of a table: a file or a method, and its figures; null where there is none. */
export interface SetRow {
  readonly name: string;
  readonly figures: readonly (number | null)[];
}

/** What a labelled set gave: one table, and the figures that are held against a bar. */
export interface SetResult {
  readonly columns: readonly string[];
  readonly rows: readonly SetRow[];
  readonly bars: readonly SetBar[];
  /** How it was measured, one sentence each. */
  readonly protocol: readonly string[];
  /** The set's ensemble beside its parts, where it has one. */
  readonly ensemble?: EnsembleFigures;
}

/** Figures of an ensemble and of its parts, by the set's own measure: more is better. */
export interface EnsembleFigures {
  readonly ensemble: number;
  readonly parts: readonly { readonly name: string; readonly figure: number }[];
  /** One point of a hundred in the measure's unit. */
  readonly point: number;
}

/** Our figure beside what must be reached and what is aimed at. */
export interface SetBar {
  readonly name: string;
  readonly ours: number;
  readonly must: number;
  readonly aim: number;
}

export interface SetOrder {
  /** Seeds of everything that draws at random. */
  readonly seeds: readonly number[];
  /** A part of the files only, for trying out. */
  readonly quick: boolean;
  readonly note: (text: string) => void;
}

/** Measures detectors on one labelled set. */
export type DetectBench = (order: SetOrder) => SetResult;
