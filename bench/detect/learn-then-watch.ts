import { quantileOfSorted, sortedFinite } from '#learn/features/index.ts';
import { sliceRows, windowedComponents } from '#watch/detect/index.ts';
import type { Rows } from '#watch/detect/index.ts';

/** The part of the training rows that the detector learns; the rest tells how high normal scores go. */
const LEARNT = 0.7;

export interface Watched {
  /** Scores of all rows after the training ones, each by what came before it. */
  readonly scores: Float64Array;
  /** The quantile of the scores of training rows that were not learnt. */
  readonly threshold: number;
}

/**
 * Learns the first part of a series, sets a threshold by the next, and scores the rest as a stream, without learning
 * from it. One detector with its standard settings for every set: windows of five rows, the mean of twelve scores.
 *
 * @param training rows at the start that may be learnt
 * @param level of the quantile of held-out scores that is the threshold
 */
export function learnThenWatch(rows: Rows, training: number, level: number): Watched {
  const learnt = Math.floor(LEARNT * training);
  // Fitted once: with the next fit never due, nothing that is watched becomes normal.
  const detector = windowedComponents.create(rows.width, { first: learnt, memory: learnt, every: 1e9 });
  const scores = new Float64Array(rows.count);
  detector.step(rows, scores);
  return {
    scores: scores.subarray(training),
    threshold: quantileOfSorted(sortedFinite(scores.slice(learnt, training)), level),
  };
}

/** Rows of two blocks after one another. */
export function joinRows(first: Rows, second: Rows): Rows {
  const values = new Float64Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return sliceRows({ values, width: first.width, count: first.count + second.count }, 0, first.count + second.count);
}
