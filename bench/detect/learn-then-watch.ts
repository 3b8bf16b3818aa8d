import { sliceRows, windowedComponents } from '#watch/detect/index.ts';
import type { Rows } from '#watch/detect/index.ts';
import { ensembleOf } from './contenders.ts';
import type { Contender } from './contenders.ts';
import { meansOver, steadyRows } from './steady-rows.ts';

/** The part of the training rows that the detectors learn; the rest tells how high normal scores go. */
const LEARNT = 0.7;
/** Rows that windows are of, two of them or of their means: single rows see a value that is off, means a small shift that stays. */
const MEANS_OVER = [1, 5] as const;
const WINDOW = 2;
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
 * windows, of rows and of their means, and the ensemble of both; what wanders is held against its own slow mean. The
 * same settings for every set.
 *
 * @param training rows at the start that may be learnt
 */
export function learnThenWatch(rows: Rows, training: number): Watched {
  const learnt = Math.floor(LEARNT * training);
  const steady = steadyRows(rows, learnt);
  const parts = MEANS_OVER.map((over) => {
    // Fitted once: with the next fit never due, nothing that is watched becomes normal.
    const settings = { length: WINDOW, mean: MEAN, first: learnt, memory: learnt, every: 1e9 };
    const scores = new Float64Array(rows.count);
    windowedComponents.create(rows.width, settings).step(meansOver(steady, over), scores);
    return { name: over === 1 ? 'components of rows' : `components of means over ${over}`, scores };
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
