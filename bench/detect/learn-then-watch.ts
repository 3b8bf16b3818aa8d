import { seriesEnsemble, sliceRows } from '#watch/detect/index.ts';
import type { Rows } from '#watch/detect/index.ts';
import type { Contender } from './contenders.ts';

/** Rows between two fits where there is never to be a second: nothing that is watched becomes normal. */
const NEVER = 1e9;

export interface Watched {
  /** Scores of all rows by the parts and then by their ensemble, each by what came before it; 0 while it learns. */
  readonly contenders: readonly Contender[];
  /** The first row that the parts did not learn: up to the end of the training rows normal scores are known from there on. */
  readonly learnt: number;
}

/**
 * Learns the first part of a series and scores the rest as a stream, without learning from it, with the ensemble of
 * series and the same settings for every set.
 *
 * @param training rows at the start that may be learnt
 */
export function learnThenWatch(rows: Rows, training: number): Watched {
  const ensemble = seriesEnsemble.create(rows.width, { first: training, memory: training, every: NEVER });
  ensemble.learn(sliceRows(rows, 0, training));
  const { usual } = ensemble;
  const learnt = training - usual.scores.length;
  const rest = ensemble.stepParts(sliceRows(rows, training, rows.count));
  const whole = (name: string, known: Float64Array, watched: Float64Array): Contender => {
    const scores = new Float64Array(rows.count);
    scores.set(known, learnt);
    scores.set(watched, training);
    return { name, scores };
  };
  const parts = rest.parts.map(({ name, rarities }, i) => whole(name, usual.parts[i]!.rarities, rarities));
  return { contenders: [...parts, whole('ensemble', usual.scores, rest.scores)], learnt };
}

/** Rows of two blocks after one another. */
export function joinRows(first: Rows, second: Rows): Rows {
  const values = new Float64Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return sliceRows({ values, width: first.width, count: first.count + second.count }, 0, first.count + second.count);
}
