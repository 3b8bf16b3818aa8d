import { sliceRows, windowedComponents } from '#watch/detect/index.ts';
import type { Rows } from '#watch/detect/index.ts';
import { ensembleOf } from './contenders.ts';
import type { Contender } from './contenders.ts';

/** The part of the training rows that the detectors learn; the rest tells how high normal scores go. */
const LEARNT = 0.7;
/** Windows of few rows see a value that is off, windows of many an order that is. */
const WINDOWS = [2, 5] as const;
/** Rows that a score is the mean over: a fault lasts, and noise does not. Decision 38 says how it was chosen. */
const MEAN = 10;

export interface Watched {
  /** Scores of all rows by the parts and then by their ensemble, each by what came before it; 0 while it learns. */
  readonly contenders: readonly Contender[];
  /** The first row that was not learnt: up to the end of the training rows normal scores are known from there on. */
  readonly learnt: number;
}

/**
 * Learns the first part of a series and scores the rest as a stream, without learning from it: principal components of
 * windows, short ones and long ones, and the ensemble of both. The same settings for every set.
 *
 * @param training rows at the start that may be learnt
 */
export function learnThenWatch(rows: Rows, training: number): Watched {
  const learnt = Math.floor(LEARNT * training);
  const parts = WINDOWS.map((length) => {
    // Fitted once: with the next fit never due, nothing that is watched becomes normal.
    const settings = { length, mean: MEAN, first: learnt, memory: learnt, every: 1e9 };
    const scores = new Float64Array(rows.count);
    windowedComponents.create(rows.width, settings).step(rows, scores);
    return { name: `components, ${length} rows`, scores };
  });
  return { contenders: [...parts, ensembleOf(parts, learnt, training)], learnt };
}

/** Rows of two blocks after one another. */
export function joinRows(first: Rows, second: Rows): Rows {
  const values = new Float64Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return sliceRows({ values, width: first.width, count: first.count + second.count }, 0, first.count + second.count);
}
